"""The phases of a training step: what each writes, its equations, and the lines of source that run."""
