"""The mathematics, with NumPy and nothing else. See the README of this folder for the order to read it in."""
