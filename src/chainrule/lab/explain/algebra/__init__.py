"""Expressions with names and values, and how they are simplified and rounded."""
