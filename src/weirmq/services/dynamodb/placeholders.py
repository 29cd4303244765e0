"""ExpressionAttributeNames and ExpressionAttributeValues: what #names and :values in expressions stand for."""

from collections.abc import Mapping

from weirmq.kernel.errors import ServiceError
from weirmq.services.dynamodb import errors, values
from weirmq.services.dynamodb.values import Value
from weirmq.wire.aws.types.dynamodb import AttributeValue


class Placeholders:
    """Those of one request. Each must be used."""

    def __init__(
        self, names: Mapping[str, str] | None, given: Mapping[str, AttributeValue] | None, *, has_expressions: bool
    ) -> None:
        """Raises Validation."""
        for parameter, found in (("ExpressionAttributeNames", names), ("ExpressionAttributeValues", given)):
            if found is not None and not has_expressions:
                raise errors.validation(f"{parameter} can only be specified when using expressions")
            if found is not None and not found:
                raise errors.validation(f"{parameter} must not be empty")
        self._names = dict(names or {})
        self._values = {name: _read(name, value) for name, value in (given or {}).items()}
        self._unused_names = set(self._names)
        self._unused_values = set(self._values)

    def name(self, kind: str, token: str) -> str:
        """The attribute that `token` stands for. Raises Validation."""
        if token not in self._names:
            raise errors.in_expression(
                kind,
                "An expression attribute name used in the document path is not defined; attribute name: " + token,
            )
        self._unused_names.discard(token)
        return self._names[token]

    def value(self, kind: str, token: str) -> Value:
        """The value that `token` stands for. Raises Validation."""
        if token not in self._values:
            raise errors.in_expression(
                kind, f"An expression attribute value used in expression is not defined; attribute value: {token}"
            )
        self._unused_values.discard(token)
        return self._values[token]

    def check_used(self) -> None:
        """All expressions have been read. Raises Validation where one of these is in none."""
        for what, unused in (("Names", self._unused_names), ("Values", self._unused_values)):
            if unused:
                raise errors.validation(
                    f"Value provided in ExpressionAttribute{what} unused in expressions: keys:"
                    f" {{{', '.join(sorted(unused))}}}"
                )


def _read(name: str, value: AttributeValue) -> Value:
    try:
        return values.read(value)
    except ServiceError as error:
        raise errors.validation(
            f"ExpressionAttributeValues contains invalid value: {error.message} for key {name}"
        ) from None
