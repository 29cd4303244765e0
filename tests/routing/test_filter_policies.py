"""Filter policies: what SNS refuses, in its words, and how much it takes.

The texts are SNS's own answers to Subscribe and SetSubscriptionAttributes. The limits and the two examples of counting
are those of https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
"""

import json
from typing import Any

import pytest

from weirmq.routing import Dialect, NestedPolicy, PatternError, compile  # noqa: A004 - as re.compile

REDACTED = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: {}]"
SCOPES = [Dialect.SNS_ATTRIBUTES, Dialect.SNS_BODY]


def refusal(policy: Any, scope: Dialect) -> PatternError:
    with pytest.raises(PatternError) as refused:
        compile(policy if isinstance(policy, str) else json.dumps(policy), scope)
    return refused.value


PLACED = [
    ('{"key":{"not-an-operator":"value"}}', '"not-an-operator" must be an object or an array', 28),
    ('{"key":{"suffix":"value","prefix":"value"}}', '"suffix" must be an object or an array', 19),
    ('{"key":{"suffix":"value"}}', '"suffix" must be an object or an array', 19),
    ('{"key_a":"value_one"}', '"key_a" must be an object or an array', 11),
    ('{"key":[{"numeric":[">=",1,">",2]}]}', "Bad numeric range operator: >", 31),
    ('{"key":[{"numeric":[">",20,"test"]}]}', "Bad numeric range operator: test", 34),
    ('{"key":[{"numeric":[">",20,30]}]}', "Bad value in numeric range: 30", 30),
    ('{"key":[{"numeric":[">",3,"<",1]}]}', "Bottom must be less than top", 33),
    ('{"key":[]}', "Empty arrays are not allowed", 10),
    ('{"key":[{"numeric":[1,"<="]}]}', "Invalid member in numeric match: 1", 22),
    ('{"key":[{"numeric":[]}]}', "Invalid member in numeric match: ]", 22),
    ('{"key":[["value"]]}', "Match value must be String, number, true, false, or null", 10),
    ('{"key":[{"suffix":"value","prefix":"value2"}]}', "Only one key allowed in match expression", 37),
    ('{"key":[{"numeric":["<",100,">",10]}]}', "Too many elements in numeric expression", 30),
    ('{"key":[{"numeric":[">",20,"<",30,"<",50]}]}', "Too many terms in numeric range expression", 36),
    ('{"key":[{"wrong-operator":true}]}', "Unrecognized match type wrong-operator", 31),
    ('{"key":[{"numeric":["operator"]}]}', "Unrecognized numeric range operator: operator", 32),
    ('{"key":[{"anything-but":{"exists":false}}]}', "Unsupported anything-but pattern: exists", 40),
    ('{"key":[{"anything-but":{"suffix":"test"}}]}', "Unsupported anything-but pattern: suffix", 36),
    ('{"key":[{"anything-but":{"wrong-operator":null}}]}', "Unsupported anything-but pattern: wrong-operator", 47),
    ('{"key":[{"numeric":[">",20,"<","30"]}]}', "Value of < must be numeric", 33),
    ('{"key":[{"numeric":[">",20,"<="]}]}', "Value of <= must be numeric", 33),
    ('{"key":[{"numeric":[">","20","<","30"]}]}', "Value of > must be numeric", 26),
    ('{"key":[{"numeric":[">="]}]}', "Value of >= must be numeric", 26),
    ('{"key":[{"numeric":["=","000"]}]}', "Value of equals must be numeric", 26),
    ('{"key":[{"exists":"no"}]}', "exists match pattern must be either true or false.", 20),
    ('{"key":[{"exists":null}]}', "exists match pattern must be either true or false.", 23),
    ('{"key":[{"anything-but":{"prefix":false}}]}', "prefix match pattern must be a string", 40),
    ('{"key":[{"cidr":["bad-filter"]}]}', "prefix match pattern must be a string", 18),
    ('{"key":[{"suffix":100}]}', "suffix match pattern must be a string", 22),
    ('{"key":[{"suffix":["test","test2"]}]}', "suffix match pattern must be a string", 20),
    ('{"key":[{"suffix":[]}]}', "suffix match pattern must be a string", 20),
    ('{"key":[{"suffix":null}]}', "suffix match pattern must be a string", 23),
]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("policy", "message", "column"), PLACED)
def test_refusals_with_a_place(policy: str, message: str, column: int, scope: Dialect) -> None:
    error = refusal(policy, scope)
    assert str(error) == error.message
    assert error.message == f'{message}\n at [Source: (String)"{policy}"; line: 1, column: {column}]'
    assert (error.line, error.column) == (1, column)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ({"key": [{"cidr": "bad-filter"}]}, "Malformed CIDR, one '/' required"),
        ({"key": [{"cidr": "10.0.0.0/8/8"}]}, "Malformed CIDR, one '/' required"),
        ({"key": [{"cidr": "10.0.0.0/a"}]}, "Malformed CIDR, mask bits must be an integer"),
        ({"key": [{"cidr": "xx.11.xx/8"}]}, "Nonstandard IP address: xx.11.xx"),
        ({"key": [{"cidr": "xxxx:db8:1234:1a00::/64"}]}, "Nonstandard IP address: xxxx:db8:1234:1a00::"),
        ({name: ["x"] for name in "abcdef"}, "Filter policy can not have more than 5 keys"),
        ({"a": [*range(10)], "b": [*range(16)]}, "Filter policy is too complex"),
    ],
)
def test_refusals_without_a_place(policy: Any, message: str, scope: Dialect) -> None:
    error = refusal(policy, scope)
    assert (error.message, error.line, error.column) == (message, None, None)


def test_no_json() -> None:
    unknown = (
        "Unrecognized token 'invalid': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or"
    )
    unquoted = "Unexpected character ('i' (code 105)): was expecting double-quote to start field name"
    assert refusal("invalid", Dialect.SNS_BODY).message == (
        f"failed to parse JSON. {unknown} 'false')\n at {REDACTED.format(8)}"
    )
    assert (
        refusal("{invalid", Dialect.SNS_BODY).message == f"failed to parse JSON. {unquoted}\n at {REDACTED.format(2)}"
    )


def test_attributes_have_no_nesting() -> None:
    message = "Filter policy scope MessageAttributes does not support nested filter policy"
    error = refusal({"a": {"b": ["c"]}}, Dialect.SNS_ATTRIBUTES)
    assert isinstance(error, NestedPolicy)
    assert error.message == message
    compile({"a": {"b": ["c"]}}, Dialect.SNS_BODY)
    assert isinstance(refusal({"$or": [{"a": {"b": ["c"]}}, {"d": [1]}]}, Dialect.SNS_ATTRIBUTES), NestedPolicy)


def test_operators_of_event_patterns_that_sns_has_not() -> None:
    for name in ("suffix", "equals-ignore-case"):
        message = refusal({"a": [{"anything-but": {name: "b"}}]}, Dialect.SNS_BODY).message
        assert message.startswith(f"Unsupported anything-but pattern: {name}")
    for value in (["a"], {"equals-ignore-case": "a"}):
        assert refusal({"a": [{"prefix": value}]}, Dialect.SNS_BODY).message.startswith("prefix match pattern must be")
    message = refusal({"a": [{"anything-but": {"prefix": ["a"]}}]}, Dialect.SNS_BODY).message
    assert message.startswith("prefix match pattern must be a string")


def test_wildcards() -> None:
    for dialect in (Dialect.SNS_BODY, Dialect.SNS_ATTRIBUTES):
        stars = compile({"a": [{"wildcard": "b*d"}]}, dialect)
        others = compile({"a": [{"anything-but": {"wildcard": ["b*d", "x*"]}}]}, dialect)
        for text, is_like in (("bd", True), ("bccd", True), ("b", False), ("abd", False)):
            event = {"a": text} if dialect is Dialect.SNS_BODY else {"a": ("String", text, None)}
            assert (stars.matches(event), others.matches(event)) == (is_like, not is_like)
        assert refusal({"a": [{"wildcard": "b**"}]}, dialect).message.startswith("Consecutive wildcard characters")


def test_numbers_lie_within_a_thousand_million() -> None:
    compile({"a": [{"numeric": [">=", -(10**9), "<=", 10**9]}]}, Dialect.SNS_BODY)
    for numbers in (["=", 10**9 + 1], [">", -(10**9) - 1], [">", 0, "<", 1e10]):
        message = refusal({"a": [{"numeric": numbers}]}, Dialect.SNS_BODY).message
        assert message.startswith("Value must be between -1.0E9 and 1.0E9, inclusive")
    compile({"a": [{"numeric": ["=", 10**12]}]}, Dialect.EVENTBRIDGE)


def _counts(policy: Any, combinations: int) -> bool:
    """Whether SNS counts the combinations so: it takes the policy beside 150 // n values, and not beside one more."""
    room = 150 // combinations
    if room == 0:
        return refusal(policy, Dialect.SNS_BODY).message == "Filter policy is too complex"
    compile({**policy, "more": [*range(room)]}, Dialect.SNS_BODY)
    return refusal({**policy, "more": [*range(room + 1)]}, Dialect.SNS_BODY).message == "Filter policy is too complex"


@pytest.mark.parametrize(
    ("policy", "combinations"),
    [
        ({"a": [1, 2, 3], "b": [1], "c": [1, 2]}, 3 * 1 * 2),
        # Four values three levels deep, three values two levels deep.
        ({"a": {"b": {"c": [1, 2, 3, 4]}}, "d": {"e": [1, 2, 3]}}, 3 * 4 * 2 * 3),
        ({"a": {"b": [1], "c": [1]}}, 2 * 2),
        ({"$or": [{"a": [1, 2]}, {"a": [3], "b": [1, 2, 3]}]}, 2 + 3),
        ({"a": [1, 2, 3], "$or": [{"b": [1, 2]}, {"c": [1], "d": [1, 2]}]}, 3 * (2 + 2)),
        ({"a": {"$or": [{"b": [1]}, {"c": [1, 2]}]}}, 2 + 4),
        ({"a": [*range(151)]}, 151),
        # The same key again replaces it.
        ({"a": [*range(150)]}, 150),
    ],
)
def test_combinations(policy: Any, combinations: int) -> None:
    assert _counts(policy, combinations)


def test_a_repeated_key_counts_once() -> None:
    compile('{"a":[' + ",".join(map(str, range(150))) + '],"a":[1,2]}', Dialect.SNS_BODY)


def test_only_the_upper_keys_are_counted() -> None:
    compile({"a": {name: ["x"] for name in "abcdef"}}, Dialect.SNS_BODY)
    compile({name: ["x"] for name in "abcde"}, Dialect.SNS_ATTRIBUTES)
