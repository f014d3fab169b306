"""One recorded training step and its numbers."""
