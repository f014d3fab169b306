"""From data as they are to data that a run takes."""

from chainrule.training.data import sets as datasets

__all__ = ["datasets"]
