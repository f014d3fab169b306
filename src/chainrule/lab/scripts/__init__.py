"""Scripts that repeat a run: of the library, and of NumPy alone; see README.md."""
