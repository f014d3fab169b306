"""Data sets: points in the plane, real ones, and files."""

from typing import TYPE_CHECKING

from chainrule.names import lazily

if TYPE_CHECKING:
    from chainrule.training.data.sets.csv_writing import write_csv as write_csv
    from chainrule.training.data.sets.idx_files import read_idx as read_idx
    from chainrule.training.data.sets.idx_files import read_images as read_images
    from chainrule.training.data.sets.numpy_files import read_numpy as read_numpy
    from chainrule.training.data.sets.points import circles as circles
    from chainrule.training.data.sets.points import gaussians as gaussians
    from chainrule.training.data.sets.points import linear as linear
    from chainrule.training.data.sets.points import load as load
    from chainrule.training.data.sets.points import moons as moons
    from chainrule.training.data.sets.points import spiral as spiral
    from chainrule.training.data.sets.points import xor as xor
    from chainrule.training.data.sets.points import xor_cloud as xor_cloud
    from chainrule.training.data.sets.real import digits as digits
    from chainrule.training.data.sets.real import mnist1d as mnist1d

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "csv_writing": "write_csv",
        "idx_files": "read_idx read_images",
        "numpy_files": "read_numpy",
        "points": "circles gaussians linear load moons spiral xor xor_cloud",
        "real": "digits mnist1d",
    },
)
