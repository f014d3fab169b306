"""Files for the readers to read."""

import pytest


@pytest.fixture
def written(tmp_path):
    """A function that writes text or bytes into a file and returns its path."""

    def write(contents, name="data.csv"):
        path = tmp_path / name
        path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
        return path

    return write
