"""One style for every figure, and numbers as people read them; see README.md."""
