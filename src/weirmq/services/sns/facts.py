"""What the log holds of SNS. Added to, never edited: logs of every released version must replay for ever.

A topic is known by a number, and so is a subscription; numbers are never used again. Tags from 40 on are those of
platform applications, text messages and data protection.
"""

from weirmq.engine.machine import Fact


class KeyMade(Fact, tag=0):
    """The key that messages are signed with, and its certificate: both PEM, once in the life of a data folder.

    `name` is what the certificate's file is called by: `SimpleNotificationService-<name>.pem`.
    """

    name: str
    key: bytes
    certificate: bytes


class TopicCreated(Fact, tag=1):
    """`attributes` are those that the caller set, in AWS's names and text form."""

    topic: int
    account: str
    region: str
    name: str
    attributes: dict[str, str]
    tags: dict[str, str]


class TopicDeleted(Fact, tag=2):
    """The topic is gone, with all its subscriptions and its archive."""

    topic: int


class TopicAttributesSet(Fact, tag=3):
    """`attributes` are all that are set from now on."""

    topic: int
    attributes: dict[str, str]


class TopicTagsSet(Fact, tag=4):
    """`tags` are all that are there from now on."""

    topic: int
    tags: dict[str, str]


class Subscribed(Fact, tag=5):
    """A subscription of `owner` (an account). It waits for confirmation while `token` is not empty.

    `id` ends its ARN. `principal` is the ARN of who subscribed.
    """

    subscription: int
    topic: int
    id: str
    owner: str
    principal: str
    protocol: str
    endpoint: str
    attributes: dict[str, str]
    token: str = ""


class TokenRenewed(Fact, tag=6):
    """A subscription that waits was asked for again: it has another token, and its time starts anew."""

    subscription: int
    token: str


class Confirmed(Fact, tag=7):
    """The subscription is confirmed. With `authenticates` only its owner, or the topic's, can end it.

    `by_signature` says whether whoever confirmed it signed the request.
    """

    subscription: int
    authenticates: bool
    by_signature: bool = False


class Unsubscribed(Fact, tag=8):
    """The subscription is gone: by its owner, or because nobody confirmed it."""

    subscription: int


class SubscriptionAttributesSet(Fact, tag=9):
    """`attributes` are all that are set from now on."""

    subscription: int
    attributes: dict[str, str]


class FifoPublished(Fact, tag=10):
    """A FIFO topic took message number `seq`; `deduplication_id` is remembered in `scope` (the group, or "")."""

    topic: int
    seq: int
    message_id: str
    scope: str
    deduplication_id: str


class MessageArchived(Fact, tag=11):
    """A FIFO topic with an archive keeps a message: a payload, until the archive's log has it. `notification` is
    encoded.
    """

    topic: int
    seq: int
    notification: bytes


class ReplayStarted(Fact, tag=12):
    """A subscription gets the archived messages of `from_ms` up to `to_ms` (0: no end) again."""

    subscription: int
    from_ms: int
    to_ms: int


class ReplayMoved(Fact, tag=13):
    """Archived messages below number `next_seq` have been handed out again."""

    subscription: int
    next_seq: int


class ReplayEnded(Fact, tag=14):
    """The replay has ended as `status` says: Completed or Failed, the latter with a reason."""

    subscription: int
    status: str
    reason: str = ""


class ArchiveWritten(Fact, tag=15):
    """The log of a topic's archive has the messages up to number `seq`, on the disk: the journal's copies may go."""

    topic: int
    seq: int


class LogsRemoved(Fact, tag=16):
    """The logs of archives that have ended are gone from the disk."""

    names: list[str]


TopicFact = (
    KeyMade
    | TopicCreated
    | TopicDeleted
    | TopicAttributesSet
    | TopicTagsSet
    | Subscribed
    | TokenRenewed
    | Confirmed
    | Unsubscribed
    | SubscriptionAttributesSet
    | FifoPublished
    | MessageArchived
    | ReplayStarted
    | ReplayMoved
    | ReplayEnded
    | ArchiveWritten
    | LogsRemoved
)

# Platform applications and their endpoints, known by their ARNs, which can be used again after a deletion


class ApplicationCreated(Fact, tag=40):
    """`attributes` are those that the caller set, credentials among them, in AWS's names and text form."""

    arn: str
    attributes: dict[str, str]


class ApplicationAttributesSet(Fact, tag=41):
    """`attributes` are all that are set from now on."""

    arn: str
    attributes: dict[str, str]


class ApplicationDeleted(Fact, tag=42):
    """The application is gone, with all its endpoints."""

    arn: str


class EndpointCreated(Fact, tag=43):
    """A device is known to an application. `attributes` are Token, Enabled and, where it was set, CustomUserData."""

    arn: str
    application: str
    attributes: dict[str, str]


class EndpointAttributesSet(Fact, tag=44):
    """`attributes` are all that are set from now on: by a caller, or because the platform said that a token is gone."""

    arn: str
    attributes: dict[str, str]


class EndpointDeleted(Fact, tag=45):
    """The endpoint is gone."""

    arn: str


# Text messages, each account's in each region


class SmsAttributesSet(Fact, tag=46):
    """`attributes` are all that are set from now on."""

    account: str
    region: str
    attributes: dict[str, str]


class OptedOut(Fact, tag=47):
    """Who has this number wants no messages of the account any more."""

    account: str
    region: str
    number: str


class OptedIn(Fact, tag=48):
    """The account may send to this number again."""

    account: str
    region: str
    number: str


class SmsCharged(Fact, tag=49):
    """A message was taken on, and counts with so many millionths of a US dollar in this month."""

    account: str
    region: str
    micro_usd: int


class SandboxNumberAdded(Fact, tag=50):
    """The number may be verified by this password, which was sent to it; one that was there gets a new password."""

    account: str
    region: str
    number: str
    password: str


class SandboxPasswordMissed(Fact, tag=51):
    """Somebody tried to verify the number by another password."""

    account: str
    region: str
    number: str


class SandboxNumberVerified(Fact, tag=52):
    """The account may send to this number from its sandbox."""

    account: str
    region: str
    number: str


class SandboxNumberDeleted(Fact, tag=53):
    """The number is no longer among the sandbox's."""

    account: str
    region: str
    number: str


class DataProtectionPolicySet(Fact, tag=54):
    """The topic's data protection policy, JSON as it was given; "" for none."""

    topic: int
    policy: str


MobileFact = (
    ApplicationCreated
    | ApplicationAttributesSet
    | ApplicationDeleted
    | EndpointCreated
    | EndpointAttributesSet
    | EndpointDeleted
    | SmsAttributesSet
    | OptedOut
    | OptedIn
    | SmsCharged
    | SandboxNumberAdded
    | SandboxPasswordMissed
    | SandboxNumberVerified
    | SandboxNumberDeleted
    | DataProtectionPolicySet
)

SnsFact = TopicFact | MobileFact
