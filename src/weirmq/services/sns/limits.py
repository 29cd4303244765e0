"""Every documented number of SNS.

Source: https://docs.aws.amazon.com/general/latest/gr/sns.html and the API reference.
"""

from typing import Final

import msgspec

from weirmq.kernel.clock import DAY_MS, MINUTE_MS


class Quotas(msgspec.Struct, frozen=True, kw_only=True):
    """What AWS raises for an account that asks for more."""

    topics: int = 100_000  # of an account in a region
    fifo_topics: int = 1_000
    subscriptions: int = 12_500_000  # of a topic
    fifo_subscriptions: int = 100
    pending_subscriptions: int = 5_000  # of an account
    filter_policies_of_topic: int = 200
    filter_policies_of_account: int = 10_000
    replays_of_topic: int = 100  # at a time


TOPIC_NAME_LETTERS: Final = 256
LISTED: Final = 100  # topics, subscriptions, applications, endpoints in a page
TAGS: Final = 50

MAX_MESSAGE_BYTES: Final = 262_144  # by default; also a whole batch. Attributes counted
MESSAGE_BYTES: Final = (1_024, 1_048_576)  # of the attribute MaximumMessageSize
LARGE_SUBSCRIPTIONS: Final = 100  # a topic that takes more than MAX_MESSAGE_BYTES has at most so many
LARGE_PROTOCOLS: Final = frozenset({"sqs", "firehose", "lambda"})  # and only these
SMS_LETTERS: Final = 1_600  # of a text message in all its parts
SUBJECT_LETTERS: Final = 100
BATCH_ENTRIES: Final = 10
BATCH_ID_LETTERS: Final = 80
ATTRIBUTE_NAME_BYTES: Final = 256
ATTRIBUTE_TYPE_LETTERS: Final = 256
GROUP_ID_LETTERS: Final = 128  # deduplication ids too
DEDUPLICATION_MS: Final = 5 * MINUTE_MS

FILTER_POLICY_BYTES: Final = 262_144  # what may stand in one is limited in `routing/`

POLICY_BYTES: Final = 30_720
POLICY_STATEMENTS: Final = 100
LABEL_LETTERS: Final = 80
DISPLAY_NAME_LETTERS: Final = 100

TOKEN_MS: Final = 2 * DAY_MS  # a subscription that nobody confirms is gone after that
ARCHIVE_DAYS: Final = (1, 365)
ENDPOINT_LETTERS: Final = 2_048  # of a URL
HTTP_TOTAL_S: Final = 3_600  # a delivery policy may keep on trying so long
