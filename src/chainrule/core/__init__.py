"""The mathematics, on NumPy alone. This folder's README gives the files in reading order."""
