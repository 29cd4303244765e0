"""The operators and structure of event patterns.

Cases are those of https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-arrays.html, and what follows from them.
"""

import json
from typing import Any

import pytest

from weirmq.routing import Dialect, PatternError, compile, parse_event  # noqa: A004 - as re.compile


def matches(pattern: Any, event: Any) -> bool:
    text = pattern if isinstance(pattern, str) else json.dumps(pattern)
    parsed = parse_event(event if isinstance(event, str) else json.dumps(event))
    assert parsed is not None
    return compile(text, Dialect.EVENTBRIDGE).matches(parsed)


# What the list of field "f" holds, values that meet it, and values that don't.
OPERATORS: list[tuple[Any, list[Any], list[Any]]] = [
    (["a"], ["a", ["b", "a"], [["a"]]], ["A", "ab", "", None, 1, [], {"a": 1}, ["b", {"x": "a"}]]),
    ([""], [""], ["a", None, []]),
    ([None], [None, ["x", None]], ["null", "", 0, False, []]),
    ([True], [True], ["true", 1, False, None]),
    ([False, "x"], [False, "x"], ["false", 0, True]),
    ([1], [1, 1.0], [True, "1", 1.1]),
    ([{"exactly": "a"}], ["a"], ["ab", None]),
    ([{"prefix": "us-"}], ["us-", "us-east-1"], ["us", "eu-us-", "US-east-1", 5, None]),
    ([{"prefix": ""}], ["", "a"], [1, None, True]),
    ([{"prefix": {"equals-ignore-case": "Us-"}}], ["US-east", "us-"], ["u", "eus-"]),
    ([{"suffix": ".png"}], [".png", "a.png"], ["a.PNG", "png", "a.png "]),
    ([{"suffix": {"equals-ignore-case": ".Png"}}], ["a.PNG", ".png"], ["a.jpg"]),
    ([{"equals-ignore-case": "alarmName"}], ["ALARMNAME", "alarmname"], ["alarm", 1, None]),
    ([{"wildcard": "dir/*.png"}], ["dir/.png", "dir/a/b.png"], ["dir/png", "x/dir/a.png", "dir/a.png/"]),
    ([{"wildcard": "*"}], ["", "x"], [1, None]),
    ([{"wildcard": "a*a"}], ["aa", "aba"], ["a", "ab"]),
    ([{"wildcard": "*ab*ab*"}], ["abab", "xabyabz"], ["ab", "aba", "aabb"]),
    ([{"wildcard": r"a\*b\\*"}], ["a*b\\", r"a*b\c"], [r"a\*b\c", "axb"]),
    ([{"wildcard": "abc"}], ["abc"], ["abcd"]),
    ([{"anything-but": "a"}], ["b", 1, None, True, ["a", "b"]], ["a", ["a"], []]),
    ([{"anything-but": ["a", "b"]}], ["c", ""], ["a", "b"]),
    ([{"anything-but": 5}], [6, "5", None], [5, 5.0]),
    ([{"anything-but": [1, 2]}], [3, "1"], [1, 2.0]),
    ([{"anything-but": {"prefix": "init"}}], ["running", 1, None], ["initializing"]),
    ([{"anything-but": {"prefix": ["a", "b"]}}], ["c"], ["ab", "b"]),
    ([{"anything-but": {"suffix": ".txt"}}], [".png", None], ["a.txt"]),
    ([{"anything-but": {"suffix": [".txt", ".rtf"]}}], ["a"], ["a.txt", "a.rtf"]),
    ([{"anything-but": {"equals-ignore-case": ["INIT", "stop"]}}], ["run"], ["init", "STOP"]),
    ([{"anything-but": {"wildcard": ["*/lib/*", "bin"]}}], ["lib", "/bin"], ["a/lib/b", "bin"]),
    ([{"numeric": ["=", 3.018e2]}], [301.8], [301.81, "301.8", None]),
    ([{"numeric": ["<", 10]}], [9.999, -5], [10, 11, "9"]),
    ([{"numeric": ["<=", 10]}], [10, 10.0], [10.000001]),
    ([{"numeric": [">", 0, "<=", 5]}], [0.1, 5], [0, 5.1, None]),
    ([{"numeric": [">=", 0, "<", 5]}], [0, 4.9], [-0.1, 5]),
    ([{"cidr": "10.0.0.0/24"}], ["10.0.0.0", "10.0.0.255"], ["10.0.1.0", "10.0.0", "10.0.0.256", "x", 10]),
    ([{"cidr": "10.0.0.77/24"}], ["10.0.0.1"], ["10.0.1.77"]),
    ([{"cidr": "0.0.0.0/0"}], ["255.255.255.255"], ["::1"]),
    ([{"cidr": "2001:db8::/32"}], ["2001:db8::1", "2001:DB8:0:0:0:0:0:1"], ["2001:db9::1", "10.0.0.0", "::zz"]),
    ([{"exists": True}], ["", None, 0, [[1]]], [[], {"a": 1}, {}]),
    ([{"exists": False}], [[], {"a": 1}], ["", None, 0]),
    ([None, {"anything-but": "a"}, {"prefix": "ab"}], [None, "ab", 3], ["a"]),
    # The many ways to write one address.
    (["2001:db8::1"], ["2001:0db8:0:0:0:0:0:1", "2001:DB8::1"], ["2001:db8::2"]),
    (["10.0.0.1"], ["10.0.0.1"], ["10.0.0.10"]),
    # Letters beyond ASCII, and beyond the first 65,536.
    ([{"wildcard": "*データ*"}], ["次期データ_1"], ["デー"]),
    ([{"suffix": "统治者"}], ["事件统治者"], ["统治"]),
    ([{"equals-ignore-case": "ÄÖ𐐀"}], ["äö𐐨"], ["aö𐐨"]),
    ([{"equals-ignore-case": "ΟΔΟΣ"}], ["οδος", "οδοσ"], ["οδο"]),
    ([{"prefix": {"equals-ignore-case": "straß"}}], ["STRAßE"], ["strasse"]),
]  # fmt: skip


@pytest.mark.parametrize(("values", "met", "unmet"), OPERATORS, ids=lambda value: json.dumps(value)[:60])
def test_operators(values: Any, met: list[Any], unmet: list[Any]) -> None:
    pattern = {"f": values}
    assert [value for value in met if not matches(pattern, {"f": value})] == []
    assert [value for value in unmet if matches(pattern, {"f": value})] == []


def test_a_missing_field_only_meets_exists_false() -> None:
    for values, _, _ in OPERATORS:
        assert matches({"f": values}, {"g": 1}) is (values == [{"exists": False}])
    assert matches({"f": [{"exists": False}, "x"]}, {})
    assert matches({"f": [{"exists": False}, "x"]}, {"f": "x"})
    assert not matches({"f": [{"exists": False}, "x"]}, {"f": "y"})


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        ("300", "300.0", True),
        ("300", "3.0e2", True),
        ("3.0e2", "300", True),
        ("0.1", "1e-1", True),
        ("-0.0", "0", True),
        ("123456789012", "123456789012", True),
        # What a double doesn't hold is compared as it is written.
        ("12345678901234567890", "12345678901234567890", True),
        ("12345678901234567890", "12345678901234567891", False),
        ("9007199254740993", "9007199254740992", False),
        ("1e400", "1e400", True),
        ("1e400", "1e401", False),
        ("0.1234567890123456789", "0.12345678901234567891", False),
        ("1e999999999999999999999", "1e999999999999999999999", True),
    ],
)
def test_numbers_by_value_and_by_letters(pattern: str, event: str, expected: bool) -> None:
    assert matches(f'{{"f":[{pattern}]}}', f'{{"f":{event}}}') is expected


def test_numbers_that_no_double_holds_are_in_no_range() -> None:
    assert not matches({"f": [{"numeric": [">", 0]}]}, '{"f":12345678901234567890}')
    assert matches({"f": [{"numeric": [">", 0]}]}, '{"f":12345678901234567000}')


def test_all_fields_and_any_value() -> None:
    pattern = {"source": ["aws.ec2", "aws.s3"], "detail": {"state": ["running"]}}
    assert matches(pattern, {"source": "aws.s3", "detail": {"state": "running", "more": 1}, "id": "7"})
    assert not matches(pattern, {"source": "aws.s3", "detail": {"state": "stopped"}})
    assert not matches(pattern, {"source": "aws.s3", "detail": "running"})
    assert not matches(pattern, {"detail": {"state": "running"}})


def test_dots_and_objects_are_the_same() -> None:
    event = {"detail": {"a.b": 1, "c": {"d.e": {"f": 2}}}}
    for pattern in ({"detail.a.b": [1]}, {"detail": {"a": {"b": [1]}}}, {"detail": {"c.d": {"e.f": [2]}}}):
        assert matches(pattern, event)
    assert matches({"a.b": [1], "a.c": [2]}, {"a": {"b": 1}, "a.c": 2})
    assert matches({"a": {"x": {"y": [1], "z": [2]}}}, {"a": {"x.y": 1}, "a.x": {"z": 2}})
    assert matches({"a": {"x": [1]}, "b": [2]}, {"a": [{"x": 1}], "a.y": 5, "b": 2})


def test_the_last_of_equal_keys_wins() -> None:
    assert matches('{"x":["y"],"x":["z"]}', {"x": "z"})
    assert not matches('{"x":["y"],"x":["z"]}', {"x": "y"})
    assert not matches('{"x":{"a":[1]},"x":{"b":[1]}}', {"x": {"a": 1}})
    assert matches('{"x":{"a":[1]},"x":{"b":[1]}}', {"x": {"b": 1}})
    with pytest.raises(PatternError):
        compile('{"x":[{"y":1}],"x":["z"]}', Dialect.EVENTBRIDGE)


LISTS: list[tuple[Any, Any, bool]] = [
    ({"d": {"n": ["a"], "s": ["b"]}}, {"d": [{"n": "a", "s": "b"}]}, True),
    ({"d": {"n": ["a"], "s": ["b"]}}, {"d": [{"n": "a"}, {"s": "b"}]}, False),
    ({"d": {"n": ["a"], "s": ["b"]}}, {"d": [{"n": "a"}, {"s": "b"}, {"s": ["x", "b"], "n": "a"}]}, True),
    ({"d": {"n": ["a"]}, "s": ["b"]}, {"d": [{"n": "x"}, {"n": "a"}], "s": ["c", "b"]}, True),
    ({"u": {"t": {"k": ["c"], "v": ["d"]}}}, {"u": [{"t": [{"k": "c"}, {"v": "d"}]}]}, False),
    ({"u": {"t": {"k": ["c"], "v": ["d"]}}}, {"u": [{"t": [{"k": "x"}, {"k": "c", "v": "d"}]}, {}]}, True),
    ({"u": {"n": ["a"], "t": {"k": ["c"]}}}, {"u": [{"n": "a", "t": [{"k": "x"}]}, {"t": [{"k": "c"}]}]}, False),
    ({"d": {"n": ["a"], "s": ["b"]}}, {"d": [[{"n": "a"}], [[{"n": "a", "s": "b"}]]]}, True),
    # A field is absent from the element that has the others, or from all.
    ({"d": {"n": ["a"], "s": [{"exists": False}]}}, {"d": [{"n": "a"}, {"n": "b", "s": 1}]}, True),
    ({"d": {"n": ["a"], "s": [{"exists": False}]}}, {"d": [{"n": "a", "s": 1}, {"n": "b"}]}, False),
    ({"d": {"s": [{"exists": False}]}}, {"d": [{"s": 1}, {"n": "b"}]}, False),
    ({"d": {"s": [{"exists": False}]}}, {"d": [{"n": 1}, {"n": "b"}]}, True),
    ({"d": {"s": [{"exists": False}]}}, {"d": []}, True),
    ({"d": {"s": [{"exists": False}, 1], "n": ["a"]}}, {"d": [{"n": "a", "s": 2}, {"n": "a", "s": 1}]}, True),
    ({"d": {"s": [{"exists": False}, 1], "n": ["a"]}}, {"d": [{"n": "a", "s": 2}, {"n": "b", "s": 1}]}, False),
    ({"d": {"s": [{"exists": False}, 1], "n": [{"exists": False}, 1]}}, {"d": [{"s": 2}, {"n": 1}]}, True),
    ({"d": {"s": [{"exists": False}, 1], "n": [{"exists": False}, 1]}}, {"d": [{"s": 2}, {"n": 2}]}, False),
    # Long lists are looked into by value.
    ({"d": {"n": [7], "s": [3]}}, {"d": [{"n": i, "s": i % 5} for i in range(40)]}, False),
    ({"d": {"n": [8], "s": [3]}}, {"d": [{"n": i, "s": i % 5} for i in range(40)]}, True),
    ({"d": {"n": [8], "s": [{"numeric": [">", 3]}]}}, {"d": [{"n": [i, 8], "s": i} for i in range(40)]}, True),
    ({"d.e": {"n": [8], "s": [3]}}, {"d": {"e": [{"n": i, "s": i % 5} for i in range(40)]}, "d.f": 1}, True),
]


@pytest.mark.parametrize(("pattern", "event", "expected"), LISTS, ids=lambda value: json.dumps(value)[:50])
def test_lists_of_objects(pattern: Any, event: Any, expected: bool) -> None:
    assert matches(pattern, event) is expected


def test_or() -> None:
    pattern = {"source": ["a"], "$or": [{"x": [1]}, {"y": [{"prefix": "p"}], "z": [2]}]}
    assert matches(pattern, {"source": "a", "x": 1})
    assert matches(pattern, {"source": "a", "y": "pq", "z": 2})
    assert not matches(pattern, {"source": "a", "y": "pq"})
    assert not matches(pattern, {"source": "b", "x": 1})
    inner = {"a": {"$or": [{"b": [1]}, {"$or": [{"c": [2]}, {"d": [3]}]}]}}
    assert matches(inner, {"a": {"d": 3}})
    assert not matches(inner, {"d": 3})


def test_or_replaces_what_was_said_of_the_field_before() -> None:
    pattern = {"name": ["a", "b"], "$or": [{"name": [{"anything-but": "a"}]}, {"x": ["x"]}]}
    assert matches(pattern, {"name": "c"})
    assert matches(pattern, {"name": "a", "x": "x"})


def test_an_or_that_is_none_is_a_field() -> None:
    assert matches({"$or": ["x"]}, {"$or": "x"})
    assert matches({"$or": [{"prefix": "x"}, {"suffix": "y"}]}, {"$or": "xa"})
    assert matches({"$or": {"a": [1]}}, {"$or": {"a": 1}})


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ('["a"]', "Filter is not an object"),
        ("{}", "Empty objects are not allowed"),
        ('{"a":{}}', "Empty objects are not allowed"),
        ('{"$or":[{"a":[1]},{}]}', "Empty objects are not allowed"),
        ('{"$or":[{"a":[1]}]}', "Unrecognized match type a"),
        ('{"a":[{}]}', "Match expression name not found"),
        ('{"a":[{"wildcard":"a**b"}]}', "Consecutive wildcard characters at pos 1"),
        ('{"a":[{"wildcard":"a\\\\b"}]}', "Invalid escape character at pos 1"),
        ('{"a":[{"wildcard":"a\\\\"}]}', "Invalid escape character at pos 1"),
        ('{"a":[{"anything-but":{"prefix":""}}]}', "Null prefix not allowed"),
        ('{"a":[{"anything-but":{"suffix":["a",""]}}]}', "Null suffix not allowed"),
        ('{"a":[{"anything-but":{"wildcard":[]}}]}', "Empty arrays are not allowed"),
        ('{"a":[{"anything-but":{"prefix":{"equals-ignore-case":"a"}}}]}', "prefix match pattern must be a string"),
        ('{"a":[{"anything-but":["a",1]}]}', "Inside anything but list, either all values are number or string"),
        ('{"a":[{"anything-but":[null]}]}', "Inside anything but list, start|null|boolean is not supported."),
        ('{"a":[{"anything-but":true}]}', "Value of anything-but must be an array or single string/number value."),
        ('{"a":[{"prefix":{"suffix":"a"}}]}', "Unsupported prefix pattern: suffix"),
        ('{"a":[{"numeric":5}]}', "Value of numeric must be an array."),
        ('{"a":[{"numeric":["=",1e400]}]}', "Cannot compare number : 1e400"),
        ('{"a":[{"numeric":["=",1E-325]}]}', "Cannot compare number : 1E-325"),
        ('{"a":[{"cidr":"10.0.0.0/32"}]}', "IPv4 mask bits must be < 32"),
        ('{"a":[{"cidr":"::/128"}]}', "IPv6 mask bits must be < 128"),
        ('{"a":[{"cidr":"10.0.0.0/-1"}]}', "Malformed CIDR, mask bits must not be negative"),
    ],
)
def test_refusals(pattern: str, message: str) -> None:
    with pytest.raises(PatternError) as refused:
        compile(pattern, Dialect.EVENTBRIDGE)
    assert str(refused.value).startswith(message)


def test_a_refusal_names_the_place() -> None:
    with pytest.raises(PatternError) as refused:
        compile('{\n  "a": [\n    {"prefix": 5}]}', Dialect.EVENTBRIDGE)
    assert (refused.value.line, refused.value.column) == (3, 17)
    tail = '\n at [Source: (String)"{\n  "a": [\n    {"prefix": 5}]}"; line: 3, column: 17]'
    assert str(refused.value) == "prefix match pattern must be a string" + tail


def test_a_document_may_be_parsed_already() -> None:
    pattern = compile({"a": [1, None, True, {"prefix": "ß"}]}, Dialect.EVENTBRIDGE)
    assert pattern == compile('{"a":[1,null,true,{"prefix":"ß"}]}', Dialect.EVENTBRIDGE)
    assert pattern != compile({"a": [1]}, Dialect.EVENTBRIDGE)
    assert hash(pattern) != hash(compile(pattern.document, Dialect.SNS_BODY))
    for wrong in ({"a": [{1}]}, {"a": [float("nan")]}):
        with pytest.raises(PatternError):
            compile(wrong, Dialect.EVENTBRIDGE)
