"""Numbers: 38 digits, from 1E-130 to 9.99E+125, as the Developer Guide has them, "Data types: Number"."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.dynamodb.world import refused
from weirmq.services.dynamodb import values


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"), ("-0", "0"), ("0.000", "0"), ("0e5", "0"), ("+1", "1"), ("1.0", "1"), ("01", "1"), ("1e3", "1000"),
        ("-1.50", "-1.5"), (".5", "0.5"), ("5.", "5"), ("1E-3", "0.001"), ("1e125", "1" + "0" * 125),
        ("1e-130", "0." + "0" * 129 + "1"), ("9" * 38 + "e88", "9" * 38 + "0" * 88),
    ],
)  # fmt: skip
def test_numbers_have_one_form(text: str, number: str) -> None:
    assert values.number(text) == number


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be converted to a numeric value: "), ("x", "numeric value: x"), ("1 ", "numeric value"),
        ("NaN", "numeric value"), ("Infinity", "numeric value"), ("1_0", "numeric value"), ("٣", "numeric value"),
        ("1e", "numeric value"), ("1e99999999999999999999", "numeric value"), ("9" * 100_000, "numeric value"),
        ("9" * 39, "more than 38 significant digits"), ("1e126", "Number overflow"), ("1e999999", "Number overflow"),
        ("1e-131", "Number underflow"),
    ],
)  # fmt: skip
def test_what_is_no_number(text: str, words: str) -> None:
    with refused("ValidationException", words):
        values.number(text)


decimals = st.decimals(min_value=-(10**15), max_value=10**15, places=10)


@given(decimals)
def test_a_number_stays_what_it_is(number: Decimal) -> None:
    written = values.number(str(number))
    assert Decimal(written) == number
    assert values.number(written) == written


@given(decimals, decimals)
def test_sums_are_exact(first: Decimal, second: Decimal) -> None:
    total = values.total(values.number(str(first)), values.number(str(second)))
    assert Decimal(total) == first + second


def test_sums_out_of_range_are_refused() -> None:
    assert values.total("1" + "0" * 125, "-1" + "0" * 125) == "0"
    with refused("ValidationException", "Number overflow"):
        values.total("9" + "0" * 125, "9" + "0" * 125)
    with refused("ValidationException", "more than 38 significant digits"):
        values.total("1" + "0" * 38, "1")


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "ü"}, 2), ({"B": b"abc"}, 3), ({"BOOL": True}, 1), ({"NULL": True}, 1), ({"N": "-12.5"}, 4),
        ({"SS": ["a", "ü"]}, 3), ({"BS": [b"ab"]}, 2), ({"NS": ["1", "2"]}, 4), ({"L": [{"S": "a"}]}, 5),
        ({"M": {"k": {"S": "a"}}}, 6),
    ],
)  # fmt: skip
def test_sizes(value: values.Value, size: int) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html"""
    assert values.size_of({"": value}) == size


def test_strings_are_in_the_order_of_their_utf_8() -> None:
    found = sorted(({"S": text} for text in ("\U0001f600", "z", "\uffff", "a")), key=values.sortable)
    assert [each["S"] for each in found] == ["a", "z", "\uffff", "\U0001f600"]
