"""Descriptions: frozen settings without arrays or data. They compare, hash, print and serialise.

A field that holds a number names the rule it must obey; the rule is also what the error says:

    @dataclass(frozen=True, repr=False)
    class Momentum(Optimizer):
        learning_rate: Real = real(POSITIVE)
        momentum: Real = real(FRACTION, 0.9)

Any real-valued setting may be a sequence of K numbers, one for each member of a population.
"""

import dataclasses
import math
import numbers
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, dataclass
from typing import Any, ClassVar, Self

import numpy as np

from chainrule.core.errors import SettingError
from chainrule.core.foreign import said

Real = float | Sequence[float]
"""A number, or K of them, one per member. After the check: a float, or a tuple of floats."""


@dataclass(frozen=True)
class Rule:
    """A rule for a number: its words in an error, and its test."""

    words: str
    holds: Callable[[float], bool]


MOST = 2**63
"""Counts stay below this: what 64 bits hold."""

NUMBER = Rule("a finite number", lambda value: True)
POSITIVE = Rule("a number above 0", lambda value: value > 0)
NON_NEGATIVE = Rule("a number of 0 or more", lambda value: value >= 0)
FRACTION = Rule("a number from 0 up to but not including 1", lambda value: 0 <= value < 1)
SHARE = Rule("a number above 0, at most 1", lambda value: 0 < value <= 1)
PART = Rule("a fraction above 0 and below 1", lambda value: 0 < value < 1)
COUNT = Rule("a whole number of 1 or more", lambda value: 1 <= value < MOST)
COUNT_OR_ZERO = Rule("a whole number of 0 or more", lambda value: 0 <= value < MOST)
SEED = Rule("a whole number of 0 or more", lambda value: value >= 0)


def check_real(name: str, rule: Rule, value: Any) -> Real:
    """A float, or a tuple of K floats, if each obeys the rule; else a SettingError."""
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(value, Sequence) or isinstance(value, str):
        return check_one_real(name, rule, value)
    if len(value) == 0:
        raise SettingError(f"{name} must be {rule.words}, or one for each member; got an empty sequence.")
    return tuple(check_one_real(name, rule, each) for each in value)


def check_one_real(name: str, rule: Rule, value: Any) -> float:
    """A float that obeys the rule; else a SettingError."""
    try:
        number = float(value) if isinstance(value, numbers.Real) and not isinstance(value, bool) else math.nan
    except OverflowError:
        number = math.inf
    if math.isfinite(number) and rule.holds(number):
        return number
    raise SettingError(f"{name} must be {rule.words}; got {said(value)}.")


def check_whole(name: str, rule: Rule, value: Any) -> int:
    """An int, if the value is a whole number that obeys the rule; else a SettingError."""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool) and rule.holds(int(value)):
        return int(value)
    bound = ", and below 2**63" if isinstance(value, numbers.Integral) and int(value) >= MOST else ""
    raise SettingError(f"{name} must be {rule.words}{bound}; got {said(value)}.")


def check_kind(name: str, kind: type | tuple[type, ...], example: str, value: Any) -> Any:
    """The value, if it is of this kind; else a SettingError with an example."""
    if isinstance(value, kind):
        return value
    raise SettingError(f"{name} must be {example}; got {said(value)}.")


def check_names(name: str, value: Any) -> tuple[str, ...]:
    """Names as a tuple; else a SettingError."""
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise SettingError(f'{name} must be a list of names, such as ["cat", "dog"]; got {said(value)}.')


def check_callable(name: str, example: str, value: Any) -> Any:
    """The value, if it can be called; else a SettingError with an example."""
    if callable(value):
        return value
    raise SettingError(f"{name} must be a function such as {example}; got {said(value)}.")


def check_member(k: Any) -> int:
    """The number of a member, as an index."""
    if isinstance(k, numbers.Integral) and not isinstance(k, bool):
        return int(k)
    raise SettingError(f"a member is chosen by its number; got {said(k)}. For several: [members[0], members[1]].")


def real(rule: Rule, default: Any = MISSING) -> Any:
    """A field for a real number that obeys the rule, or K of them."""
    return setting(lambda name, value: check_real(name, rule, value), default, per_member=True, kind=float, rule=rule)


def whole(rule: Rule, default: Any = MISSING) -> Any:
    """A field for a whole number, the same for all members."""
    return setting(lambda name, value: check_whole(name, rule, value), default, kind=int, rule=rule)


def flag(default: bool) -> Any:
    """A field for True or False."""
    return setting(lambda name, value: check_kind(name, bool, "True or False", value), default, kind=bool)


def optional(field: Any) -> Any:
    """An optional version of a field: it may also be None, which is its default."""
    check = field.metadata["check"]
    return dataclasses.field(
        default=None,
        metadata=field.metadata | {"check": lambda name, value: None if value is None else check(name, value)},
    )


def part(kind: type, example: str) -> Any:
    """A field for a description of a kind, or None."""
    return setting(lambda name, value: check_kind(name, (kind, type(None)), f"{example} or None", value), None)


def setting(
    check: Callable[[str, Any], Any],
    default: Any = MISSING,
    per_member: bool = False,
    kind: type = str,
    rule: Rule | None = None,
) -> Any:
    """A field that holds what `check(name, value)` returns.

    per_member: it may have K values.
    kind, rule: the type of a value as a person writes it (float, int, bool or str), and the rule of a number; the
    command line makes its options from them.
    """
    return dataclasses.field(
        default=default, metadata={"check": check, "per member": per_member, "kind": kind, "rule": rule}
    )


class Description:
    """The base of every description: it checks its settings, prints those that aren't defaults, and serialises."""

    known: ClassVar[dict[str, type["Description"]]] = {}
    """Every class imported so far, by its name in files: see `catalogue`."""

    def __init_subclass__(cls) -> None:
        Description.known[cls.kind()] = cls

    @classmethod
    def kind(cls) -> str:
        """The name of the class in files. A class from outside chainrule has its module's name before it."""
        is_ours = cls.__module__.startswith("chainrule.")
        return cls.__name__ if is_ours else f"{cls.__module__}.{cls.__qualname__}"

    def __post_init__(self) -> None:
        for field, value in self.settings():
            object.__setattr__(self, field.name, self.checked(field, value))

    @classmethod
    def checked(cls, field: dataclasses.Field[Any], value: Any) -> Any:
        """The value as the field holds it, or a SettingError that names the class and the field."""
        check = field.metadata.get("check")
        return value if check is None else check(f"{cls.__name__}'s {field.name}", value)

    def settings(self) -> Iterator[tuple[dataclasses.Field[Any], Any]]:
        """Yield each field with its value, in order."""
        for field in dataclasses.fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            yield field, getattr(self, field.name)

    def __repr__(self) -> str:
        shown = [
            repr(value) if place == 0 or field.default is MISSING else f"{field.name}={value!r}"
            for place, (field, value) in enumerate(self.settings())
            if field.default is MISSING or value != field.default
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(value for _, value in self.settings())

    def members(self) -> list[tuple[str, int]]:
        """The settings with one value per member, and the number of values: `[("SGD's learning_rate", 8)]`."""
        found = []
        for field, value in self.settings():
            if field.metadata.get("per member") and isinstance(value, tuple):
                found.append((f"{type(self).__name__}'s {field.name}", len(value)))
            for inner in value if isinstance(value, tuple) else (value,):
                found += inner.members() if isinstance(inner, Description) else []
        return found

    def member(self, k: int) -> Self:
        """The description of member k alone: every setting with K values has its k-th."""
        check_member(k)

        def pick(field: dataclasses.Field[Any], value: Any) -> Any:
            if isinstance(value, Description):
                return value.member(k)
            if isinstance(value, tuple) and field.metadata.get("per member"):
                return value[k]
            if isinstance(value, tuple):
                return tuple(each.member(k) if isinstance(each, Description) else each for each in value)
            return value

        return type(self)(**{field.name: pick(field, value) for field, value in self.settings()})

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, numbers and strings, ready for JSON; `from_dict` of the catalogue reads them."""
        return {"type": self.kind()} | {field.name: _plain(value) for field, value in self.settings()}


def _plain(value: Any) -> Any:
    if isinstance(value, Description):
        return value.to_dict()
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
