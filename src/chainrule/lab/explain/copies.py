"""What copying an explanation means."""

from typing import Any, NoReturn, Self


class CopiedAsItself:
    """A frozen object with its numbers: nothing in it changes, so that it is its own copy.

    It can't be pickled, since it refers to a bound plan, a row of calls on the memory of this process.
    """

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} refers to a bound plan and can't be pickled; keep a derivation's to_dict() or "
            "html(), or explain again from the same arguments."
        )
