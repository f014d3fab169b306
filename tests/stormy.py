"""Messages of a page as it should send them, by the JSON Schema of the protocol, and as it shouldn't: mutated."""

import json
import string
from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any

from chainrule.interfaces.play import messages as protocol
from chainrule.interfaces.play.catalogue import catalogue

ODD = (None, True, -1, 0, 1e308, -0.0, 2**63, "", "\0", "\ud800", "<script>alert(1)</script>", [], {}, [[[]]], "NaN")
"""Values that are seldom expected."""


@cache
def schema() -> dict[str, Any]:
    """The schema, made once."""
    return protocol.schema()


@cache
def known() -> dict[str, list[str]]:
    """Names that the library knows, for the fields that hold names."""
    offered = catalogue()
    return {
        "activation": offered["activations"],
        "inputs": offered["inputs"],
        "loss": offered["losses"],
        "name": [*offered["data"], "own", "table"],
        "optimizer": list(offered["optimizers"]),
        "initializer": offered["initializers"],
    }


def by_schema(random: Random, part: dict[str, Any], field: str = "") -> Any:
    """A value that fits a part of the schema, or nearly: numbers at their bounds, names that the library knows."""
    if "$ref" in part:
        return by_schema(random, schema()["$defs"][part["$ref"].rpartition("/")[2]], field)
    if "const" in part:
        return part["const"]
    if "enum" in part:
        return random.choice(part["enum"])
    for each in ("anyOf", "oneOf"):
        if each in part:
            return by_schema(random, random.choice(part[each]), field)
    return _MADE[part.get("type", "null")](random, part, field)


def _object(random: Random, part: dict[str, Any], field: str) -> Any:
    if "properties" not in part:  # a table with settings of its own
        name = random.choice(known().get(field, ["Adam"]))
        settings = {"type": name}
        return settings | ({"learning_rate": random.choice([0.1, 1e3, -1.0, "x"])} if random.random() < 0.7 else {})
    needed = part.get("required", [])
    names = [each for each in part["properties"] if each in needed or random.random() < 0.4]
    return {name: by_schema(random, part["properties"][name], name) for name in names}


def _array(random: Random, part: dict[str, Any], field: str) -> Any:
    if "prefixItems" in part:
        return [by_schema(random, each, field) for each in part["prefixItems"]]
    least, most = part.get("minItems", 0), part.get("maxItems", 4)
    items = [by_schema(random, part["items"], field) for _ in range(random.randint(least, max(least, min(most, 6))))]
    return items


def _number(random: Random, part: dict[str, Any], field: str) -> Any:
    low = part.get("minimum", part.get("exclusiveMinimum", -10))
    high = part.get("maximum", part.get("exclusiveMaximum", low + 20))
    value = random.choice([low, high, random.uniform(low, min(high, low + 20))])
    return round(value) if part["type"] == "integer" else value


def _string(random: Random, part: dict[str, Any], field: str) -> Any:
    return random.choice([*known().get(field, []), "".join(random.choices(string.printable, k=random.randint(0, 9)))])


_MADE: dict[str, Callable[[Random, dict[str, Any], str], Any]] = {
    "object": _object,
    "array": _array,
    "number": _number,
    "integer": _number,
    "string": _string,
    "boolean": lambda random, part, field: random.random() < 0.5,
    "null": lambda random, part, field: None,
}


def mutated(random: Random, value: Any) -> Any:
    """The value with one place changed: another value, a field that is gone, a field too many."""
    if isinstance(value, dict) and value and random.random() < 0.8:
        name = random.choice(list(value))
        if random.random() < 0.15:
            return {key: each for key, each in value.items() if key != name}
        if random.random() < 0.1:
            return value | {random.choice(["extra", "__class__", "kind"]): random.choice(ODD)}
        return value | {name: mutated(random, value[name])}
    if isinstance(value, list) and value and random.random() < 0.8:
        at = random.randrange(len(value))
        return [*value[:at], mutated(random, value[at]), *value[at + 1 :]]
    return random.choice(ODD)


def messages(seed: int, count: int) -> Iterator[str]:
    """So many messages: a third as they should be, in any order; a third mutated; a third garbled as text."""
    random = Random(seed)
    kinds = list(schema()["discriminator"]["mapping"].values())
    for number in range(count):
        command = by_schema(random, {"$ref": random.choice(kinds)})
        if number % 3 == 1:
            command = mutated(random, command)
        text = json.dumps(command)
        yield garbled(random, text) if number % 3 == 2 else text


def garbled(random: Random, text: str) -> str:
    """The text cut, doubled, or with other characters in it."""
    at = random.randrange(len(text) + 1)
    way = random.randrange(4)
    if way == 0:
        return text[:at]
    if way == 1:
        return text[:at] + "".join(chr(random.choice([0, 34, 92, 123, 0x2028, 0x1F600])) for _ in range(3)) + text[at:]
    if way == 2:
        return text + text[at:]
    return "".join(random.sample(text, len(text)))
