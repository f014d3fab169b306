"""The door of reading: what a table's file or frame holds."""

from chainrule.lab.tables.csv_tables import found_csv
from chainrule.lab.tables.decoded import decoded
from chainrule.lab.tables.found import Found
from chainrule.lab.tables.options import Options
from chainrule.training.files.reading import Source, reading
from chainrule.training.files.storage import FilePath


def find(source: FilePath | Source, options: Options = Options()) -> Found:  # noqa: B008  # a frozen description
    """The table."""
    with (
        reading(source, "a table", "save it as CSV in UTF-8", options.max_size) as opened,
        decoded(opened, options.encoding) as text,
    ):
        return found_csv(text, options)
