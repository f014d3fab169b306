"""Experiments: a run described as a whole, many trained as one population, and compared."""
