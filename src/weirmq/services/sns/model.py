"""A topic, its subscriptions, and what is parsed of their attributes."""

from collections import deque
from typing import Final, Protocol

import msgspec

from weirmq.iam.caller import Caller
from weirmq.iam.policy import Policy
from weirmq.kernel import arn
from weirmq.services.sns.unarchived import Unarchived

PENDING: Final = "PendingConfirmation"
WAITING: Final = "Pending"  # of a replay, as the next one
IN_PROGRESS: Final = "In progress"
COMPLETED: Final = "Completed"
FAILED: Final = "Failed"
BY_ATTRIBUTES: Final = "MessageAttributes"
BY_BODY: Final = "MessageBody"
ARCHIVES: Final = "sns-"  # how the groups of archives' logs begin


class StatusLogging(msgspec.Struct, frozen=True):
    """Of the deliveries by one protocol: whether successes and failures are logged, and of how many successes in a
    hundred.
    """

    successes: bool
    failures: bool
    sample_percent: int


class TopicSettings(msgspec.Struct, frozen=True):
    """The attributes of a topic that are acted on, parsed."""

    is_fifo: bool
    content_based_deduplication: bool
    deduplicates_by_group: bool
    max_message_bytes: int
    signature_version: str
    archive_days: int  # 0: no archive
    policy: Policy
    delivery_policy: str  # JSON as it was set; "" where none was
    status_logging: dict[str, StatusLogging]  # by protocol


class SubscriptionSettings(msgspec.Struct, frozen=True):
    """The attributes of a subscription that are acted on, parsed. `filter_policy` is JSON; "" lets everything in."""

    is_raw: bool
    filter_policy: str
    filter_scope: str
    dead_letter_arn: str
    delivery_policy: str


class Replay(msgspec.Struct, array_like=True):
    """What a subscription gets again: archived messages of `from_ms` up to `to_ms` (0: no end), numbered from
    `next_seq`. `status` is what ReplayStatus shows.
    """

    from_ms: int
    to_ms: int
    next_seq: int
    status: str = WAITING
    reason: str = ""
    started_ms: int = 0

    @property
    def is_active(self) -> bool:
        """Whether there is more to come."""
        return self.status in (WAITING, IN_PROGRESS)

    @property
    def takes_new(self) -> bool:
        """Whether the subscription gets what is published now: a replay has its turn first, and one with an end was
        told that nothing after it is wanted.
        """
        return not self.is_active and not (self.to_ms and self.status == COMPLETED)


class Subscription:
    """One subscription. Only `machine.py` changes it."""

    __slots__ = (
        "arn", "attributes", "authenticates", "confirmed_by_signature", "created_ms", "endpoint", "id", "is_confirmed",
        "number", "owner", "principal", "protocol", "replay", "settings", "token", "topic",
    )  # fmt: skip

    def __init__(self, number: int, topic: "Topic", name: str, now_ms: int) -> None:
        self.number = number
        self.topic = topic
        self.id = name
        self.arn = f"{topic.arn}:{name}"
        self.created_ms = now_ms  # or when its token was renewed
        self.owner = ""
        self.principal = ""
        self.protocol = ""
        self.endpoint = ""
        self.attributes: dict[str, str] = {}
        self.settings: SubscriptionSettings
        self.token = ""  # stays after the confirmation, which may come twice
        self.is_confirmed = False
        self.confirmed_by_signature = False
        self.authenticates = False  # only its owner or the topic's can end it
        self.replay: Replay | None = None

    @property
    def takes_new(self) -> bool:
        """Whether it gets what is published now."""
        return self.is_confirmed and (self.replay is None or self.replay.takes_new)

    @property
    def shown_arn(self) -> str:
        """The ARN as lists show it."""
        return self.arn if self.is_confirmed else PENDING


class Ended(msgspec.Struct, array_like=True, frozen=True):
    """A subscription that is gone, and can come back by its token for two days from `at_ms`."""

    topic_arn: str
    id: str
    owner: str
    principal: str
    protocol: str
    endpoint: str
    attributes: dict[str, str]
    at_ms: int

    @classmethod
    def of(cls, gone: Subscription, now_ms: int) -> "Ended":
        """What is kept of it."""
        return cls(
            gone.topic.arn, gone.id, gone.owner, gone.principal, gone.protocol, gone.endpoint, gone.attributes, now_ms
        )


class Duplicate(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """What an accepted deduplication id stands for."""

    seq: int
    message_id: str


class Plan(Protocol):
    """Who gets a topic's messages. It is no state of its own: it follows from the subscriptions."""

    def update(self, subscription: Subscription) -> None:
        """A subscription is new, or another than it was."""
        ...

    def drop(self, number: int) -> None:
        """A subscription is gone."""
        ...


class Topic:
    """One topic. Only `machine.py` changes it."""

    __slots__ = (
        "account", "archives", "arn", "attributes", "by_endpoint", "created_ms", "deduplication", "deleted",
        "filter_policies", "forget", "name", "next_seq", "number", "plan", "protection", "publishers", "region",
        "settings", "subscriptions", "tags", "unarchived",
    )  # fmt: skip

    def __init__(self, number: int, account: str, region: str, name: str, now_ms: int) -> None:
        self.number = number
        self.account = account
        self.region = region
        self.name = name
        self.arn = arn.build("sns", region, account, name)
        self.created_ms = now_ms
        self.attributes: dict[str, str] = {}  # as set by callers
        self.tags: dict[str, str] = {}
        self.settings: TopicSettings
        self.subscriptions: dict[int, Subscription] = {}
        self.by_endpoint: dict[tuple[str, str], Subscription] = {}  # by protocol and endpoint
        self.filter_policies = 0  # of its subscriptions
        self.deleted = 0  # subscriptions deleted, as GetTopicAttributes counts them
        self.next_seq = 1
        self.deduplication: dict[tuple[str, str], Duplicate] = {}  # (scope, id)
        self.forget: deque[tuple[int, tuple[str, str]]] = deque()  # when each of them is forgotten, in order
        self.archives = 0  # that have ended
        self.unarchived = Unarchived()
        self.plan: Plan | None = None  # who gets what, worked out when it is first needed (fanout.py)
        self.publishers: dict[str, Caller] = {}  # those who may publish, whenever they do, by access key
        self.protection = ""  # the data protection policy, in JSON

    @property
    def archive_log(self) -> str:
        """The log of the archive: its name in the engine. An archive that begins anew has another."""
        return f"{ARCHIVES}{self.number}/{self.archives}"
