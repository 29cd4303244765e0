"""What each service allows in a pattern, and every number.

Sources: https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html (SNS) and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html (EventBridge).
"""

from enum import Enum
from typing import Final

POLICY_KEYS: Final = 5  # of a filter policy, at its top level
POLICY_COMBINATIONS: Final = 150  # values of the lists multiplied; each list counts as often as it is deep
POLICY_NUMBER: Final = 10**9  # numeric conditions: from -POLICY_NUMBER to POLICY_NUMBER
RULE_COMBINATIONS: Final = 1_000  # the plain rules that the $or of an event pattern stand for
# Ours: deeper than any document that means something, and shallow enough to walk by recursion.
DEPTH: Final = 64


class Dialect(Enum):
    """Whose pattern it is, and what it is held against.

    EVENTBRIDGE and SNS_BODY: the event is a JSON object, as `parse_event` (or any JSON parser) gives it.
    SNS_ATTRIBUTES: the event is {name: (data type, string or None, binary or None)}.
    """

    EVENTBRIDGE = "event pattern"
    SNS_BODY = "MessageBody"
    SNS_ATTRIBUTES = "MessageAttributes"
