"""Numbers as people read them: one function for each way of writing a number.

For example, `tick` writes the numbers of an axis, `brief` those of a sentence or a table, `percent` shares.
"""

MINUS = "\N{MINUS SIGN}"


def significant(value: float, digits: int) -> float:
    """The number rounded to so many significant digits: short in a file, and free of what rounding can blur.

    >>> significant(0.123456789012345, 10), significant(1234.5, 2)
    (0.123456789, 1200.0)
    """
    return float(f"{float(value):.{digits}g}")


def brief(value: float, digits: int = 3) -> str:
    """A positive number in a sentence or a table: three significant digits, and two behind which a power of ten stands.

    >>> brief(0.00123456), brief(0.25), brief(3.82e-08), brief(0.0)
    ('0.00123', '0.25', '3.8e−8', '0')
    """
    return f"{value:.{digits}g}" if value == 0 or value >= 1e-4 else power(value, digits - 1)


def short(value: float, digits: int = 3) -> str:
    """A number of any size and sign in a sentence: a few significant digits, thousands set apart.

    >>> short(1013.2), short(-0.0123456), short(8.9e-08, 1), short(20.0, 1), short(float("inf"))
    ('1,010', '−0.0123', '9e−8', '20', 'infinity')
    """
    if value == float("inf"):
        return "infinity"
    rounded = significant(value, digits)
    plain = rounded == 0 or 1e-4 <= abs(rounded) < 1e5
    return with_minus(f"{rounded:,.{max(digits, 5)}g}") if plain else power(rounded, digits)


def tick(value: float) -> str:
    """A number along an axis, without needless digits.

    >>> tick(0.001), tick(1e-7), tick(100.0), tick(1e6)
    ('0.001', '1e−7', '100', '1e6')
    """
    return decimal(value) if 1e-4 <= value < 1e5 else power(value, 1)


def decimal(value: float, places: int = 10) -> str:
    """A number without a power of ten, and without needless zeros.

    >>> decimal(0.00001), decimal(100.0), decimal(0.256, 2)
    ('0.00001', '100', '0.26')
    """
    return f"{value:.{places}f}".rstrip("0").rstrip(".")


def power(value: float, digits: int) -> str:
    """A number as at most so many significant digits times a power of ten.

    >>> power(3.82e-08, 2), power(-1e6, 3)
    ('3.8e−8', '−1e6')
    """
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    shortest = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return with_minus(f"{shortest}e{int(exponent)}")


def percent(fraction: float) -> str:
    """A fraction as a percentage, without needless digits.

    >>> percent(1.0), percent(0.99), percent(20 / 21)
    ('100 %', '99 %', '95.2 %')
    """
    return f"{100 * fraction:.1f}".removesuffix(".0") + " %"


def whole(n: float) -> str:
    """A whole number, its thousands set apart.

    >>> whole(5000), whole(12.0)
    ('5,000', '12')
    """
    return f"{n:,.0f}"


def counted(n: int, noun: str) -> str:
    """A number of things, the noun in its plural but for one.

    >>> counted(1, "epoch"), counted(2000, "epoch"), counted(0, "start")
    ('1 epoch', '2,000 epochs', '0 starts')
    """
    return f"{whole(n)} {noun}{'s' * (n != 1)}"


def fixed(value: float, places: int = 6) -> str:
    """A number with so many decimals, and a proper minus sign where they aren't all 0.

    >>> fixed(0.25), fixed(-1.5, 2), fixed(-0.001, 2)
    ('0.250000', '−1.50', '0.00')
    """
    return with_minus(f"{value:z.{places}f}")


def with_minus(text: str) -> str:
    """A written number with a proper minus sign in place of each hyphen.

    >>> with_minus("-1e-7")
    '−1e−7'
    """
    return text.replace("-", MINUS)
