"""Conditions and updates from before there were expressions: Expected and AttributeUpdates.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
"""

from collections.abc import Mapping
from typing import Any

from weirmq.services.dynamodb import errors, values
from weirmq.services.dynamodb.expressions import Change, Condition
from weirmq.services.dynamodb.values import SETS, Value, content_of, kind_of
from weirmq.wire.aws.types.dynamodb import AttributeValueUpdate, ExpectedAttributeValue


def condition(expected: Mapping[str, ExpectedAttributeValue]) -> Condition:
    """All that an item is expected to be. Raises Validation."""
    wanted = {name: _wanted(name, each) for name, each in expected.items()}
    return lambda item: all(item.get(name) == value for name, value in wanted.items())


def _wanted(name: str, expected: ExpectedAttributeValue) -> Value | None:
    """The value that an attribute must have; None where there must be none."""
    if expected.ComparisonOperator is not None or expected.AttributeValueList is not None:
        raise errors.unsupported("ComparisonOperator in Expected")
    if expected.Exists is False:
        if expected.Value is not None:
            raise errors.invalid(f"Value cannot be used when Exists is false for Attribute: {name}")
        return None
    if expected.Value is None:
        exists = "null" if expected.Exists is None else "true"
        raise errors.invalid(f"Value must be provided when Exists is {exists} for Attribute: {name}")
    return values.read(expected.Value)


def changes(updates: Mapping[str, AttributeValueUpdate]) -> list[Change]:
    """What becomes of each attribute. Raises Validation."""
    return [_change(name, update) for name, update in updates.items()]


def only_deletes(updates: Mapping[str, AttributeValueUpdate]) -> bool:
    """Whether there is nothing that could make an item."""
    return bool(updates) and all(update.Action == "DELETE" for update in updates.values())


def _change(name: str, update: AttributeValueUpdate) -> Change:
    action = update.Action or "PUT"
    if update.Value is None:
        if action != "DELETE":
            raise errors.invalid("Only DELETE action is allowed when no attribute value is specified")
        return Change(name, lambda _item: None)
    value = values.read(update.Value)
    kind = kind_of(value)
    if action == "PUT":
        return Change(name, lambda _item: value)
    if action == "ADD":
        if kind != "N" and kind not in SETS:
            raise errors.invalid(f"ADD action is not supported for the type {kind}")
        return Change(name, lambda item: _added(item.get(name), value))
    if kind not in SETS:
        raise errors.invalid(f"DELETE action with value is not supported for the type {kind}")
    return Change(name, lambda item: _without(item.get(name), value))


def _added(before: Value | None, value: Value) -> Value:
    """A number plus a number, a set with the members of another."""
    if before is None:
        return value
    kind = _same_kind(before, value)
    if kind == "N":
        return {kind: values.total(before[kind], value[kind])}
    return {kind: values.ordered(kind, list({*before[kind], *value[kind]}))}


def _without(before: Value | None, value: Value) -> Value | None:
    """A set without the members of another; an empty one is none."""
    if before is None:
        return None
    kind = _same_kind(before, value)
    gone = set(content_of(value))
    left: list[Any] = [member for member in before[kind] if member not in gone]
    return {kind: left} if left else None


def _same_kind(before: Value, value: Value) -> str:
    if kind_of(before) != kind_of(value):
        raise errors.validation("Type mismatch for attribute to update")
    return kind_of(value)


def mixed(legacy: Mapping[str, Any], expressions: Mapping[str, Any]) -> None:
    """Raises Validation for a request with parameters of both times."""
    old = [name for name, value in legacy.items() if value is not None]
    new = [name for name, value in expressions.items() if value is not None]
    if old and new:
        raise errors.validation(
            "Can not use both expression and non-expression parameters in the same request: Non-expression parameters:"
            f" {{{', '.join(old)}}} Expression parameters: {{{', '.join(new)}}}"
        )
