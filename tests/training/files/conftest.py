"""Files for the readers to read."""

import pytest


@pytest.fixture
def written(tmp_path):
    """A function that writes text into a file and returns its path."""

    def write(contents):
        path = tmp_path / "data.csv"
        path.write_bytes(contents.encode())
        return path

    return write
