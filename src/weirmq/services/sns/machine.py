"""SNS as a state machine.

                 Subscribed with a token          Confirmed
    (nothing) ---------------------------> PENDING ---------> CONFIRMED
        |                                     |                  ^  |
        |    Subscribed without a token       |  two days pass   |  |
        +-------------------------------------+------------------+  |
    PENDING, CONFIRMED ---> (nothing): Unsubscribed, TopicDeleted

Rules:
1. Time alone changes nothing but what is remembered for deduplication. `advance` brings a topic up to a time; every
   fact about it and every publish starts with it. A subscription that nobody confirmed in time ends by a fact, which
   `due` gives.
2. Messages are in nobody's way here: what a topic hands on is in the queues' facts and the outbox's, in one commit. Of
   its own it has the numbers of FIFO messages and, until the archive's log has them, their payloads.
3. The log of an archive that has ended is condemned; when it is gone from the disk, a fact says so.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from weirmq.engine.holdings import Holdings
from weirmq.engine.machine import Fact
from weirmq.kernel.clock import MINUTE_MS
from weirmq.kernel.deadlines import Deadlines
from weirmq.services.sns import facts as recorded
from weirmq.services.sns import parts as state
from weirmq.services.sns import subscription_attributes, topic_attributes
from weirmq.services.sns.devices import Devices
from weirmq.services.sns.facts import MessageArchived, SnsFact
from weirmq.services.sns.limits import DEDUPLICATION_MS, TOKEN_MS
from weirmq.services.sns.model import IN_PROGRESS, Duplicate, Ended, Replay, Subscription, Topic
from weirmq.services.sns.parts import SnsPart
from weirmq.services.sns.phones import Phones
from weirmq.services.sns.unarchived import Archived

if TYPE_CHECKING:
    from weirmq.services.sns.archives import Archives

SWEEP_MS: Final = MINUTE_MS  # how often topics that nobody publishes to are brought up to date

Applier = Callable[[Any, int, int], None]
Place = tuple[str, str]
"""Account, region."""


class SnsMachine:
    """All topics and subscriptions of all accounts and regions."""

    name: ClassVar[str] = "sns"
    facts: ClassVar[Any] = SnsFact
    payloads: ClassVar[tuple[type[Fact], ...]] = (MessageArchived,)
    parts: ClassVar[Any] = SnsPart

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self.key: recorded.KeyMade | None = None
        self.topics: dict[int, Topic] = {}
        self.topics_by_arn: dict[str, Topic] = {}
        self.subscriptions: dict[int, Subscription] = {}
        self.subscriptions_by_arn: dict[str, Subscription] = {}
        self._topics_of: dict[Place, dict[int, Topic]] = {}
        self._subscriptions_of: dict[Place, dict[int, Subscription]] = {}
        self.filter_policies: Counter[str] = Counter()  # by account
        self.unconfirmed: Counter[str] = Counter()  # subscriptions that wait, by account
        self.by_token: dict[str, Subscription] = {}
        self.ended: dict[str, Ended] = {}  # those that can come back, by token, the oldest first
        self.next_topic = 1
        self.next_subscription = 1
        self.replays: dict[int, Subscription] = {}  # those in progress, by number
        self.replay: Callable[[Subscription, int], Sequence[Fact]] = lambda _subscription, _now_ms: ()
        self.archives: Archives | None = None
        self.archiving: dict[int, Topic] = {}  # those with messages that the archive's log hasn't got yet, by number
        self.condemned: dict[str, int] = {}  # logs to be removed: name -> the offset of the fact that gave them up
        self.devices = Devices()
        self.phones = Phones()
        self._unconfirmed: Deadlines[int] = Deadlines()  # subscriptions that wait, by number
        self._sweep_ms = 0
        self._appliers: dict[type[Fact], Applier] = {
            recorded.KeyMade: self._key_made,
            recorded.TopicCreated: self._topic_created,
            recorded.TopicDeleted: self._topic_deleted,
            recorded.TopicAttributesSet: self._topic_attributes_set,
            recorded.TopicTagsSet: self._topic_tags_set,
            recorded.Subscribed: self._subscribed,
            recorded.TokenRenewed: self._token_renewed,
            recorded.Confirmed: self._confirmed,
            recorded.Unsubscribed: self._unsubscribed,
            recorded.SubscriptionAttributesSet: self._subscription_attributes_set,
            recorded.FifoPublished: self._fifo_published,
            recorded.MessageArchived: self._message_archived,
            recorded.ReplayStarted: self._replay_started,
            recorded.ReplayMoved: self._replay_moved,
            recorded.ReplayEnded: self._replay_ended,
            recorded.ArchiveWritten: self._archive_written,
            recorded.LogsRemoved: self._logs_removed,
            recorded.DataProtectionPolicySet: self._data_protection_policy_set,
            **self.devices.appliers(),
            **self.phones.appliers(),
        }

    def apply(self, fact: Any, offset: int, now_ms: int) -> None:
        """Change the state as `fact` says."""
        self._appliers[type(fact)](fact, offset, now_ms)

    def _key_made(self, fact: recorded.KeyMade, _offset: int, _now_ms: int) -> None:
        self.key = fact

    def topics_of(self, account: str, region: str) -> Mapping[int, Topic]:
        """An account's topics in a region, by their numbers, the oldest first."""
        return self._topics_of.get((account, region), {})

    def subscriptions_of(self, account: str, region: str) -> Mapping[int, Subscription]:
        """An account's subscriptions in a region, by their numbers, the oldest first."""
        return self._subscriptions_of.get((account, region), {})

    # Topics

    def _topic_created(self, fact: recorded.TopicCreated, _offset: int, now_ms: int) -> None:
        topic = Topic(fact.topic, fact.account, fact.region, fact.name, now_ms)
        topic.tags = fact.tags
        self.next_topic = max(self.next_topic, fact.topic + 1)
        self.adopt(topic, fact.attributes)

    def adopt(self, topic: Topic, attributes: dict[str, str]) -> None:
        """Let a topic be found."""
        topic.attributes = attributes
        topic.settings = topic_attributes.settings_of(topic.account, attributes)
        self.topics[topic.number] = topic
        self.topics_by_arn[topic.arn] = topic
        self._topics_of.setdefault((topic.account, topic.region), {})[topic.number] = topic

    def _topic_deleted(self, fact: recorded.TopicDeleted, _offset: int, _now_ms: int) -> None:
        topic = self.topics.pop(fact.topic)
        del self.topics_by_arn[topic.arn], self._topics_of[topic.account, topic.region][topic.number]
        for subscription in list(topic.subscriptions.values()):
            self._remove(subscription)

    def _topic_attributes_set(self, fact: recorded.TopicAttributesSet, offset: int, now_ms: int) -> None:
        topic = self.topics[fact.topic]
        self.advance(topic, now_ms)
        had_archive = topic.settings.archive_days
        topic.attributes = fact.attributes
        topic.settings = topic_attributes.settings_of(topic.account, fact.attributes)
        topic.plan = None
        topic.publishers.clear()
        if had_archive and not topic.settings.archive_days:
            self._end_archive(topic, offset)

    def _topic_tags_set(self, fact: recorded.TopicTagsSet, _offset: int, _now_ms: int) -> None:
        self.topics[fact.topic].tags = fact.tags

    def _data_protection_policy_set(self, fact: recorded.DataProtectionPolicySet, _offset: int, _now_ms: int) -> None:
        self.topics[fact.topic].protection = fact.policy

    # Subscriptions

    def _subscribed(self, fact: recorded.Subscribed, _offset: int, now_ms: int) -> None:
        topic = self.topics[fact.topic]
        subscription = Subscription(fact.subscription, topic, fact.id, now_ms)
        subscription.owner, subscription.principal = fact.owner, fact.principal
        subscription.protocol, subscription.endpoint = fact.protocol, fact.endpoint
        subscription.token = fact.token
        subscription.is_confirmed = not fact.token
        subscription.authenticates = subscription.confirmed_by_signature = not fact.token
        self.next_subscription = max(self.next_subscription, fact.subscription + 1)
        self.ended.pop(fact.token, None)
        self.adopt_subscription(subscription, fact.attributes)

    def adopt_subscription(self, subscription: Subscription, attributes: dict[str, str]) -> None:
        """Let a subscription be found."""
        topic = subscription.topic
        subscription.attributes = attributes
        subscription.settings = subscription_attributes.settings_of(attributes)
        self.subscriptions[subscription.number] = subscription
        self.subscriptions_by_arn[subscription.arn] = subscription
        self._subscriptions_of.setdefault((subscription.owner, topic.region), {})[subscription.number] = subscription
        self._count(subscription, 1)
        topic.subscriptions[subscription.number] = subscription
        topic.by_endpoint[subscription.protocol, subscription.endpoint] = subscription
        self._plan_anew(subscription)
        if subscription.replay is not None and subscription.replay.is_active:
            self.replays[subscription.number] = subscription
        if subscription.token:
            self.by_token[subscription.token] = subscription
        if not subscription.is_confirmed:
            self._unconfirmed.put(subscription.number, subscription.created_ms + TOKEN_MS)

    def _token_renewed(self, fact: recorded.TokenRenewed, _offset: int, now_ms: int) -> None:
        subscription = self.subscriptions[fact.subscription]
        subscription.created_ms = now_ms
        self.by_token.pop(subscription.token, None)
        subscription.token = fact.token
        self.by_token[fact.token] = subscription
        self._unconfirmed.put(subscription.number, now_ms + TOKEN_MS)

    def _confirmed(self, fact: recorded.Confirmed, _offset: int, _now_ms: int) -> None:
        subscription = self.subscriptions[fact.subscription]
        self._count(subscription, -1)
        subscription.is_confirmed = True
        self._count(subscription, 1)
        subscription.authenticates = fact.authenticates
        subscription.confirmed_by_signature = fact.by_signature
        self._plan_anew(subscription)
        self._unconfirmed.drop(subscription.number)

    def _unsubscribed(self, fact: recorded.Unsubscribed, _offset: int, now_ms: int) -> None:
        subscription = self.subscriptions[fact.subscription]
        self._remove(subscription)
        for token, ended in list(self.ended.items()):
            if ended.at_ms + TOKEN_MS > now_ms:
                break
            del self.ended[token]
        if subscription.is_confirmed:
            subscription.topic.deleted += 1
            if subscription.token:
                self.ended[subscription.token] = Ended.of(subscription, now_ms)

    def _remove(self, subscription: Subscription) -> None:
        topic = subscription.topic
        del self.subscriptions[subscription.number], self.subscriptions_by_arn[subscription.arn]
        del self._subscriptions_of[subscription.owner, topic.region][subscription.number]
        self._count(subscription, -1)
        del topic.subscriptions[subscription.number]
        del topic.by_endpoint[subscription.protocol, subscription.endpoint]
        if topic.plan is not None:
            topic.plan.drop(subscription.number)
        self.by_token.pop(subscription.token, None)
        self.replays.pop(subscription.number, None)
        self._unconfirmed.drop(subscription.number)

    def _subscription_attributes_set(
        self, fact: recorded.SubscriptionAttributesSet, _offset: int, _now_ms: int
    ) -> None:
        subscription = self.subscriptions[fact.subscription]
        self._count(subscription, -1)
        subscription.attributes = fact.attributes
        subscription.settings = subscription_attributes.settings_of(fact.attributes)
        if "ReplayPolicy" not in fact.attributes:
            subscription.replay = None
            self.replays.pop(fact.subscription, None)
        self._count(subscription, 1)
        self._plan_anew(subscription)

    @staticmethod
    def _plan_anew(subscription: Subscription) -> None:
        """Let the topic's plan, if there is one, hear of a change."""
        if subscription.topic.plan is not None:
            subscription.topic.plan.update(subscription)

    def _count(self, subscription: Subscription, change: int) -> None:
        """Keep up what quotas are about."""
        if subscription.settings.filter_policy:
            self.filter_policies[subscription.topic.account] += change
            subscription.topic.filter_policies += change
        if not subscription.is_confirmed:
            self.unconfirmed[subscription.owner] += change

    # FIFO topics

    def _fifo_published(self, fact: recorded.FifoPublished, _offset: int, now_ms: int) -> None:
        topic = self.topics[fact.topic]
        self.advance(topic, now_ms)
        topic.next_seq = fact.seq + 1
        scoped = (fact.scope, fact.deduplication_id)
        topic.deduplication[scoped] = Duplicate(fact.seq, fact.message_id)
        topic.forget.append((now_ms + DEDUPLICATION_MS, scoped))

    def _message_archived(self, fact: recorded.MessageArchived, offset: int, now_ms: int) -> None:
        size = len(fact.notification)
        topic = self.topics[fact.topic]
        topic.unarchived.add(Archived(offset, fact.seq, now_ms, size))
        self.archiving[fact.topic] = topic
        self.holdings.hold(offset)

    def _archive_written(self, fact: recorded.ArchiveWritten, _offset: int, _now_ms: int) -> None:
        topic = self.topics.get(fact.topic)
        if topic is not None:
            self._let_go(topic, topic.unarchived.drop(fact.seq))

    def _end_archive(self, topic: Topic, offset: int) -> None:
        self._let_go(topic, topic.unarchived.clear())
        self.condemned[topic.archive_log] = offset
        topic.archives += 1

    def _let_go(self, topic: Topic, gone: Iterable[Archived]) -> None:
        for kept in gone:
            self.holdings.release(kept.offset)
        if not topic.unarchived:
            self.archiving.pop(topic.number, None)

    def _logs_removed(self, fact: recorded.LogsRemoved, _offset: int, _now_ms: int) -> None:
        for name in fact.names:
            self.condemned.pop(name, None)

    def _replay_started(self, fact: recorded.ReplayStarted, _offset: int, now_ms: int) -> None:
        subscription = self.subscriptions[fact.subscription]
        subscription.replay = Replay(fact.from_ms, fact.to_ms, 0, started_ms=now_ms)
        self.replays[fact.subscription] = subscription
        self._plan_anew(subscription)

    def _replay_moved(self, fact: recorded.ReplayMoved, _offset: int, _now_ms: int) -> None:
        subscription = self.subscriptions.get(fact.subscription)
        if subscription is not None and subscription.replay is not None:
            subscription.replay.next_seq = fact.next_seq
            subscription.replay.status = IN_PROGRESS

    def _replay_ended(self, fact: recorded.ReplayEnded, _offset: int, _now_ms: int) -> None:
        subscription = self.replays.pop(fact.subscription, None)
        if subscription is not None and subscription.replay is not None:
            subscription.replay.status, subscription.replay.reason = fact.status, fact.reason
            self._plan_anew(subscription)

    # Time

    def advance(self, topic: Topic, now_ms: int) -> None:
        """Bring a topic up to `now_ms`: forget deduplication ids."""
        forget = topic.forget
        while forget and forget[0][0] <= now_ms:
            topic.deduplication.pop(forget.popleft()[1], None)

    def next_due_ms(self) -> int | None:
        """When `due` has something to do: a replay goes on, a token is over, archives or topics are looked after."""
        found = [self._sweep_ms, *(replay_due_ms(each) for each in self.replays.values())]
        waiting_ms = self._unconfirmed.next_ms()
        if waiting_ms is not None:
            found.append(waiting_ms)
        if self.archives is not None:
            found.append(self.archives.next_due_ms())
        return min(found)

    def due(self, now_ms: int) -> Sequence[Fact]:
        """Do that; the facts are the ends of subscriptions that nobody confirmed, and what replays did."""
        if now_ms >= self._sweep_ms:
            self._sweep_ms = now_ms + SWEEP_MS
            for topic in self.topics.values():
                self.advance(topic, now_ms)
        found: list[Fact] = []
        while (number := self._unconfirmed.pop_due(now_ms)) is not None:
            found.append(recorded.Unsubscribed(number))
            self._unconfirmed.put(number, now_ms + SWEEP_MS)  # should there be no room for the fact
        if self.archives is not None:
            found += self.archives.work(now_ms)
        subscription = next((each for each in self.replays.values() if replay_due_ms(each) <= now_ms), None)
        if subscription is not None:  # one at a time, and then the others have their turn
            self.replays[subscription.number] = self.replays.pop(subscription.number)
            found += self.replay(subscription, now_ms)
        return found

    # The journal's questions

    def holds(self, fact: recorded.MessageArchived, offset: int) -> bool:
        """Whether an archive still has the message that stands at `offset`."""
        kept = self._archived(fact)
        return kept is not None and kept.offset == offset

    def relocate(self, fact: recorded.MessageArchived, offset: int) -> None:
        """Read an archived message from `offset` from now on; one that is gone is not missed."""
        kept = self._archived(fact)
        if kept is not None:
            self.holdings.release(kept.offset)
            self.holdings.hold(offset)
            kept.offset = offset

    def _archived(self, fact: recorded.MessageArchived) -> Archived | None:
        topic = self.topics.get(fact.topic)
        return None if topic is None else topic.unarchived.find(fact.seq)

    def snapshot(self) -> Iterable[Any]:
        """All of it."""
        return state.of(self)

    def restore(self, part: Any) -> None:
        """Take up one part."""
        state.take_up(self, part)


def replay_due_ms(subscription: Subscription) -> int:
    """When a replay in progress goes on: now; or, where it has caught up and is to go on with new messages, when there
    is one, or when its end has come.
    """
    replay = subscription.replay
    if replay is None or replay.next_seq < subscription.topic.next_seq:
        return 0
    return replay.to_ms + 1
