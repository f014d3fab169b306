"""The version, which the package and its files name."""

__version__ = "0.1.0"
