"""The engine: rows of NumPy calls, compiled."""
