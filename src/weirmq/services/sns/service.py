"""The service: its machine, and what every operation needs."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from weirmq.engine.handover import Handover
from weirmq.engine.journal import Journal
from weirmq.engine.machine import Fact, Machine
from weirmq.engine.outbox import Carrier, Outbox
from weirmq.engine.service import Call, Operation
from weirmq.engine.streams import Streams
from weirmq.iam import authorize
from weirmq.iam.caller import service_of
from weirmq.kernel import arn
from weirmq.kernel.ids import Entropy
from weirmq.services.sns import errors, policies
from weirmq.services.sns.counts import Counts
from weirmq.services.sns.limits import Quotas
from weirmq.services.sns.machine import SnsMachine
from weirmq.services.sns.model import Subscription, Topic
from weirmq.services.sns.signatures import Signer
from weirmq.services.sns.text_messages import OriginationNumber, SmsSettings

_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]{1,300}")
_PUBLISHERS_REMEMBERED: Final = 1_000  # of a topic
PUBLISH: Final = "sns:Publish"
SENDER: Final = service_of("sns.amazonaws.com")


class Sns:
    """Simple Notification Service.

    `on_status` gets the fields of a log line for each delivery that a topic wants logged, and for each that failed;
    `on_audit` those of what data protection policies want logged. `quotas` are the operator's to raise.
    `sms` is what the operator says of text messages. `on_error` is told what went wrong that no caller hears of.
    """

    name = "sns"
    unsigned: Final = frozenset({"ConfirmSubscription", "Unsubscribe"})
    """Operations for whoever holds a link: they look by themselves at who asks."""

    def __init__(
        self, journal: Journal, streams: Streams, handover: Handover, outbox: Outbox, entropy: Entropy
    ) -> None:
        from weirmq.services.sns.archives import Archives
        from weirmq.services.sns.replaying import step

        self.journal = journal
        self.streams = streams
        self.handover = handover
        self.outbox = outbox
        self.entropy = entropy
        self.machine = SnsMachine(journal.holdings)
        self.archives = self.machine.archives = Archives(self)
        self.machine.replay = lambda subscription, now_ms: step(self, subscription, now_ms)
        self.signer = Signer(self.machine)
        self.quotas = Quotas()
        self.counts = Counts()
        self.sms = SmsSettings()
        self.public_origin = ""  # what the operator says that links start with
        self.origin = "http://localhost"  # how clients last reached us: links in messages of our own start with it
        self.on_status: Callable[[Mapping[str, Any]], None] = _nobody
        self.on_audit: Callable[[Mapping[str, Any]], None] = _nobody
        self.on_error: Callable[[str, BaseException], None] = lambda _what, _error: None
        handover.add_finisher("sns", self.signer.finish)
        outbox.add("sns", self._carrier)

    def _carrier(self) -> Carrier:
        from weirmq.services.sns.carrier import SnsCarrier

        return SnsCarrier(self)

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation of the model. (Their modules name this class, so they are imported when it stands.)"""
        from weirmq.services.sns.api import OPERATIONS

        return OPERATIONS

    def commit(
        self, found: Sequence[Fact], now_ms: int, *, also: Sequence[tuple[Machine, Sequence[Fact]]] = ()
    ) -> None:
        """Record facts, those of other machines with them, and let them take effect."""
        if found or not also:
            self.journal.commit(self.machine, found, now_ms, also=also)
        else:  # a message to queues alone
            (machine, theirs), *rest = also
            self.journal.commit(machine, theirs, now_ms, also=rest)

    def set_quotas(self, quotas: Mapping[str, int]) -> None:
        """Set quotas by name, in place of AWS's. Raises ValueError for one that there isn't."""
        unknown = sorted(quotas.keys() - set(Quotas.__struct_fields__))
        if unknown:
            raise ValueError(f"{unknown[0]} is no quota; they are {', '.join(Quotas.__struct_fields__)}")
        self.quotas = Quotas(**quotas)

    def set_up_texts(self, numbers: Sequence[str], *, is_in_sandbox: bool) -> None:
        """Say which numbers the operator's gateway sends from, and whether accounts start in the sandbox."""
        found = tuple(OriginationNumber(number) for number in numbers)
        self.sms = SmsSettings(is_in_sandbox=is_in_sandbox, origination_numbers=found)

    def text_came(self, number: str, text: str, now_ms: int) -> bool:
        """A text message came in from `number`. Returns whether it was a word that ends messages. Raises NoRoom."""
        from weirmq.services.sns.sms import received

        return received(self, number, text, now_ms)

    def make_key(self, now_ms: int) -> None:
        """Make the key of this data folder, if there is none. It takes some 100 ms: its first topic pays for it."""
        if self.machine.key is None:
            self.commit([self.signer.new_key(self.entropy, now_ms)], now_ms)

    @property
    def own_origin(self) -> str:
        """What links start with in messages that no caller asked for."""
        return self.public_origin or self.origin

    def origin_of(self, call: Call) -> str:
        """How the caller reached us, for links. It comes from the caller, and is written into JSON and mails."""
        if self.public_origin:
            return self.public_origin
        if call.origin != self.origin and _ORIGIN.fullmatch(call.origin):
            self.origin = call.origin
        return self.origin

    def find(
        self,
        call: Call,
        topic_arn: str,
        action: str,
        parameter: str = "TopicArn",
        keys: Mapping[str, str] | None = None,
    ) -> Topic:
        """The topic, brought up to the time of the call. Raises InvalidParameter, NotFound, AuthorizationError."""
        topic = self.machine.topics_by_arn.get(topic_arn)
        if topic is None or not _is_in(topic.region, call):
            raise self._missing(call, topic_arn, action, parameter)
        authorize_on(call, action, topic, keys)
        self.machine.advance(topic, call.now_ms)
        return topic

    def find_to_publish(self, call: Call, topic_arn: str, parameter: str = "TopicArn") -> Topic:
        """The same for who wants to publish. A decision that neither time nor place can change is made once."""
        topic = self.machine.topics_by_arn.get(topic_arn)
        caller = call.caller
        if topic is not None and topic.publishers.get(caller.access_key) is caller and topic.region == call.region:
            self.machine.advance(topic, call.now_ms)
            return topic
        topic = self.find(call, topic_arn, PUBLISH, parameter)
        if all(policies.is_lasting(policy, PUBLISH) for policy in (*caller.policies, topic.settings.policy)):
            if len(topic.publishers) >= _PUBLISHERS_REMEMBERED:
                topic.publishers.clear()
            topic.publishers[caller.access_key] = caller
        return topic

    def _missing(self, call: Call, topic_arn: str, action: str, parameter: str) -> Exception:
        try:
            parsed = arn.parse(topic_arn)
        except ValueError:
            return errors.bad_arn(parameter, topic_arn)
        if parsed.service != "sns" or not _is_in(parsed.region, call):
            return errors.bad_parameter(parameter)
        authorize(call, action, topic_arn)  # what isn't there is said to those only who might see it
        return errors.not_found("Topic")

    def find_subscription(self, call: Call, subscription_arn: str, action: str) -> Subscription:
        """The subscription. Its owner may do what the owner's policies allow, others what the topic's policy allows.

        Raises InvalidParameter, NotFound, AuthorizationError.
        """
        subscription = self.machine.subscriptions_by_arn.get(subscription_arn)
        if subscription is None or not _is_in(subscription.topic.region, call):
            check_subscription_arn(subscription_arn)
            authorize(call, action, subscription_arn)
            raise errors.not_found("Subscription")
        if subscription.owner == call.caller.account:
            # Policies of users name topics by ARN; this one stands for the owner's right to what is its own.
            own = arn.parse(subscription.topic.arn)._replace(account=subscription.owner)
            authorize(call, action, str(own))
        else:
            authorize_on(call, action, subscription.topic)
        return subscription


def _is_in(region: str, call: Call) -> bool:
    """Whether a call may speak of what is in a region: a link in a message, which nobody signs, names none."""
    return call.region in (region, "")


def authorize_on(call: Call, action: str, topic: Topic, keys: Mapping[str, str] | None = None) -> None:
    """Let the caller do that to a topic, or raise AuthorizationError."""
    owner = {"aws:sourceowner": call.caller.account}
    authorize(call, action, topic.arn, topic.settings.policy, owner | dict(keys) if keys else owner)


def check_subscription_arn(subscription_arn: str) -> None:
    """Refuse what can't be the ARN of a subscription. Raises InvalidParameter."""
    try:
        parsed = arn.parse(subscription_arn)
    except ValueError:
        raise errors.bad_arn("SubscriptionArn", subscription_arn) from None
    if parsed.service != "sns" or ":" not in parsed.resource:
        raise errors.bad_parameter("SubscriptionId")


def _nobody(_fields: Mapping[str, Any]) -> None:
    """Nobody is to be told."""
