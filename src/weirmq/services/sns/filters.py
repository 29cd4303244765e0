"""Filter policies: which subscriptions want a message. What a policy means is in `routing/`.

Source: https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html
"""

from collections.abc import Mapping
from typing import Final

from weirmq.engine.handover import Value
from weirmq.routing import Dialect, Index, NestedPolicy, PatternError, compile, parse_event, readable  # noqa: A004
from weirmq.services.sns import errors
from weirmq.services.sns.limits import FILTER_POLICY_BYTES
from weirmq.services.sns.model import BY_ATTRIBUTES, BY_BODY, Subscription

_DIALECTS: Final[Mapping[str, Dialect]] = {BY_ATTRIBUTES: Dialect.SNS_ATTRIBUTES, BY_BODY: Dialect.SNS_BODY}


def check(text: str, scope: str, prefix: str) -> None:
    """Refuse a policy that can't be used in this scope. Raises InvalidParameter, in the words of AWS's parser."""
    if len(text.encode()) > FILTER_POLICY_BYTES:
        raise errors.bad_parameter(f"{prefix}FilterPolicy: Filter policy is too large")
    try:
        compile(text, _DIALECTS[scope])
    except NestedPolicy as error:
        raise errors.bad_parameter(str(error)) from None
    except PatternError as error:
        raise errors.bad_parameter(f"{prefix}FilterPolicy: {error}") from None


class Filters:
    """The filter policies of a topic's subscriptions."""

    def __init__(self) -> None:
        self._indexes: dict[str, Index[int]] = {}  # by scope

    def add(self, subscription: Subscription) -> None:
        """Let the subscription get what its filter policy lets through."""
        settings = subscription.settings
        dialect = _DIALECTS[settings.filter_scope]
        index = self._indexes.get(settings.filter_scope)
        if index is None:
            index = self._indexes[settings.filter_scope] = Index(dialect)
        index.add(subscription.number, compile(settings.filter_policy, dialect))

    def remove(self, number: int) -> None:
        """Forget a subscription."""
        for index in self._indexes.values():
            index.remove(number)

    def match(self, message: str, attributes: Mapping[str, Value]) -> list[int]:
        """The numbers of the subscriptions that want the message."""
        found: list[int] = []
        by_attributes, by_body = self._indexes.get(BY_ATTRIBUTES), self._indexes.get(BY_BODY)
        if by_attributes is not None and readable(attributes):
            found += by_attributes.match(attributes)
        if by_body is not None and (event := parse_event(message)) is not None:
            found += by_body.match(event)
        return sorted(found)
