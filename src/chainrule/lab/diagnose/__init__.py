"""The doctor: what ails a run that doesn't learn. One kind of illness a file, in the order of the table in `table.py`."""
