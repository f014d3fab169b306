"""One training step with all its numbers, worked out so that a pocket calculator can follow; see README.md."""
