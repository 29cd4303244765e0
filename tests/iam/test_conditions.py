from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weirmq.iam import conditions
from weirmq.iam.errors import PolicyError

ARN = "arn:aws:sns:eu-west-1:111122223333:orders"


def holds(block: dict[str, Any], **values: str | Sequence[str]) -> bool:
    keys = {name.replace("__", ":").lower(): value for name, value in values.items()}

    def resolve(key: str) -> str | None:
        value = keys.get(key)
        return value if isinstance(value, str) else None

    return all(each.holds(keys.get, resolve) for each in conditions.read(block, "Condition", variables=True))


@pytest.mark.parametrize(
    ("operator", "wanted", "value", "expected"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "a", "A", False),
        ("StringEquals", "a*", "ab", False),
        ("StringEquals", ["a", "b"], "b", True),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotEquals", ["a", "b"], "c", True),
        ("StringEqualsIgnoreCase", "aB", "Ab", True),
        ("StringNotEqualsIgnoreCase", "aB", "Ab", False),
        ("StringLike", "a*z", "abcz", True),
        ("StringLike", "a?", "ab", True),
        ("StringLike", "a?", "a", False),
        ("StringNotLike", "a*", "b", True),
        ("StringEquals", "", "", True),
        ("ArnEquals", ARN, ARN, True),
        ("ArnLike", "arn:aws:sns:*:111122223333:*", ARN, True),
        ("ArnEquals", "arn:aws:sns:*:111122223333:ord?rs", ARN, True),
        ("ArnLike", "arn:aws:sns:*:orders", ARN, False),
        ("ArnLike", "arn:aws:*", ARN, True),
        ("ArnLike", "*", ARN, True),
        ("ArnLike", "arn:aws:sns:*:*:*", "arn:aws:sns:eu-west-1:1:topic:2b", True),
        ("ArnLike", "arn:aws:sns:*:1:*", "arn:aws:sns:eu:west:1:orders", False),
        ("ArnLike", ARN, "orders", False),
        ("ArnEquals", "orders", "orders", False),
        ("ArnNotEquals", ARN, ARN, False),
        ("ArnNotLike", "arn:aws:sqs:*:*:*", ARN, True),
        ("Bool", "true", "true", True),
        ("Bool", True, "true", True),
        ("Bool", False, "true", False),
        ("Bool", "TRUE", "true", True),
        ("Bool", "true", "yes", False),
        ("BinaryEquals", "QmluYXJ5VmFsdWU=", "QmluYXJ5VmFsdWU=", True),
        ("BinaryEquals", "QQ==", "QUE=", False),
        ("BinaryEquals", "QQ==", "not base64", False),
        ("NumericEquals", "10", "10.0", True),
        ("NumericEquals", 10, "11", False),
        ("NumericNotEquals", "10", "11", True),
        ("NumericLessThan", "10", "9.99", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "-1", "0", True),
        ("NumericGreaterThanEquals", "0.1", "0.10", True),
        ("NumericLessThan", "10", "nine", False),
        ("NumericEquals", "9007199254740993", "9007199254740992", False),
        ("DateEquals", "2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00", True),
        ("DateLessThan", "2026-02", "2026-01-31T23:59:59Z", True),
        ("DateGreaterThan", "2026-01-31", "2026-01-31T00:00:00.001Z", True),
        ("DateGreaterThanEquals", "1767225600", "2026-01-01T00:00:00Z", True),
        ("DateNotEquals", "2026-01-01", "1767225600", False),
        ("DateLessThanEquals", "2026-01-01T00:00Z", "1767225600", True),
        ("DateLessThan", "2026-01-01", "tomorrow", False),
        ("IpAddress", "203.0.113.0/24", "203.0.113.7", True),
        ("IpAddress", "203.0.113.7/24", "203.0.113.8", True),
        ("IpAddress", "203.0.113.7", "203.0.113.8", False),
        ("IpAddress", ["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1", True),
        ("IpAddress", "10.0.0.0/8", "::ffff:10.1.2.3", True),
        ("IpAddress", "10.0.0.0/8", "localhost", False),
        ("NotIpAddress", "10.0.0.0/8", "11.0.0.1", True),
        ("NotIpAddress", "10.0.0.0/8", "10.0.0.1", False),
    ],
)
def test_operators(operator: str, wanted: Any, value: str, expected: bool) -> None:
    assert holds({operator: {"aws:Key": wanted}}, aws__key=value) is expected


@pytest.mark.parametrize("name", sorted(conditions._OPERATORS))
def test_a_missing_key_fails_a_positive_operator_and_passes_a_negated_one(name: str) -> None:
    value = {"bool": "true", "ipaddress": "10.0.0.1", "notipaddress": "10.0.0.1", "binaryequals": "QQ=="}.get(name, "1")
    value = "*" if name.startswith("arn") else value
    assert holds({name: {"k": value}}) is ("not" in name)
    assert holds({f"{name}IfExists": {"k": value}})
    assert holds({f"ForAllValues:{name}": {"k": value}})
    assert not holds({f"ForAnyValue:{name}": {"k": value}})


def test_if_exists_still_looks_at_what_is_there() -> None:
    assert not holds({"StringEqualsIfExists": {"k": "a"}}, k="b")
    assert holds({"StringEqualsIfExists": {"k": "a"}}, k="a")


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "c"], False),
        ("ForAllValues:StringEquals", [], True),
        ("ForAnyValue:StringEquals", ["c", "a"], True),
        ("ForAnyValue:StringEquals", ["c"], False),
        ("ForAnyValue:StringEquals", [], False),
        ("ForAllValues:StringNotEquals", ["c", "d"], True),
        ("ForAllValues:StringNotEquals", ["c", "a"], False),
        ("ForAnyValue:StringNotEquals", ["c", "a"], True),
        ("ForAnyValue:StringNotEquals", ["b", "a"], False),
        ("forallvalues:stringlike", ["a"], True),
        ("StringEquals", ["c", "a"], True),
        ("StringNotEquals", ["c", "a"], False),
    ],
)
def test_keys_with_several_values(operator: str, values: list[str], expected: bool) -> None:
    assert holds({operator: {"k": ["a", "b"]}}, k=values) is expected


def test_null_asks_whether_the_key_is_there() -> None:
    assert holds({"Null": {"k": "true"}})
    assert not holds({"Null": {"k": True}}, k="x")
    assert holds({"Null": {"K": "false"}}, k="x")
    assert not holds({"Null": {"k": False}})


def test_all_operators_and_all_keys_must_hold() -> None:
    block = {"StringEquals": {"a": "1", "b": "2"}, "Bool": {"aws:SecureTransport": "true"}}
    assert holds(block, a="1", b="2", aws__securetransport="true")
    assert not holds(block, a="1", b="2", aws__securetransport="false")
    assert not holds(block, a="1", aws__securetransport="true")


def test_policy_values_may_hold_variables() -> None:
    assert holds({"StringEquals": {"k": "${aws:username}"}}, k="bob", aws__username="bob")
    assert holds({"StringEqualsIgnoreCase": {"k": "${aws:username}"}}, k="BOB", aws__username="bOb")
    assert holds({"StringLike": {"k": "${aws:username}/*"}}, k="bob/1", aws__username="bob")
    assert not holds({"StringEquals": {"k": "${aws:username}"}}, k="${aws:username}")
    arn = "arn:aws:sns:*:${aws:principalaccount}:*"
    assert holds({"ArnLike": {"k": arn}}, k=ARN, aws__principalaccount="111122223333")
    assert not holds({"ArnLike": {"k": arn}}, k=ARN, aws__principalaccount="*")
    assert holds({"ArnEquals": {"k": "${aws:sourcearn}"}}, k=ARN, aws__sourcearn=ARN)


def test_old_policies_have_no_variables() -> None:
    (condition,) = conditions.read({"StringEquals": {"k": "${aws:username}"}}, "Condition", variables=False)
    assert condition.holds({"k": "${aws:username}"}.get, {}.get)


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ([], "Condition"),
        ("x", "Condition"),
        ({"StringEquals": []}, "Condition.StringEquals"),
        ({"StringEquals": {}}, "Condition.StringEquals"),
        ({"StringEquals": {"": "x"}}, "Condition.StringEquals"),
        ({"StringEqual": {"k": "x"}}, "Condition.StringEqual"),
        ({"ForSomeValues:StringEquals": {"k": "x"}}, "Condition.ForSomeValues:StringEquals"),
        ({"ForAllValues:Null": {"k": "true"}}, "Condition.ForAllValues:Null"),
        ({"NullIfExists": {"k": "true"}}, "Condition.NullIfExists"),
        ({"IfExists": {"k": "true"}}, "Condition.IfExists"),
        ({"StringEquals": {"k": []}}, "Condition.StringEquals.k"),
        ({"StringEquals": {"k": None}}, "Condition.StringEquals.k"),
        ({"StringEquals": {"k": [["x"]]}}, "Condition.StringEquals.k"),
        ({"StringEquals": {"k": {"x": 1}}}, "Condition.StringEquals.k"),
        ({"StringEquals": {"k": "${"}}, "Condition.StringEquals.k"),
        ({"Bool": {"k": "maybe"}}, "Condition.Bool.k"),
        ({"Null": {"k": "maybe"}}, "Condition.Null.k"),
        ({"NumericEquals": {"k": "ten"}}, "Condition.NumericEquals.k"),
        ({"NumericEquals": {"k": "1e999999999"}}, "Condition.NumericEquals.k"),
        ({"NumericEquals": {"k": "٣"}}, "Condition.NumericEquals.k"),
        ({"DateEquals": {"k": "2026-13"}}, "Condition.DateEquals.k"),
        ({"DateEquals": {"k": "31.1.2026"}}, "Condition.DateEquals.k"),
        ({"IpAddress": {"k": "10.0.0.0/33"}}, "Condition.IpAddress.k"),
        ({"BinaryEquals": {"k": "?"}}, "Condition.BinaryEquals.k"),
        ({"ArnEquals": {"k": "${"}}, "Condition.ArnEquals.k"),
    ],
)
def test_faults_are_named_by_their_place(block: Any, place: str) -> None:
    with pytest.raises(PolicyError) as caught:
        conditions.read(block, "Condition", variables=True)
    assert caught.value.place == place


@given(name=st.sampled_from(sorted(conditions._OPERATORS)), value=st.text(max_size=40))
def test_no_value_of_a_request_is_too_strange(name: str, value: str) -> None:
    wanted = {"bool": "true", "binaryequals": "QQ=="}.get(name, "10.0.0.1" if "ip" in name else "1")
    assert holds({name: {"k": "*" if name.startswith("arn") else wanted}}, k=value) in (True, False)
