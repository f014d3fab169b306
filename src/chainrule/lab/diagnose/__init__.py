"""The doctor: what ails a run that doesn't learn. A kind of illness a file, in the order of the table in `table.py`."""
