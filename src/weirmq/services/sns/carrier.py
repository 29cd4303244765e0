"""SNS's Carrier: what goes out for a task of the outbox, and what becomes of it.

A task's target is a subscription's ARN, or, where a device or phone was published to directly, what `direct.py` makes
of it. Its content is a Notification.
"""

from typing import TYPE_CHECKING, Any, Final

from weirmq.engine.errands import Dead, Done, Errand, Lane, Outcome, Retry, Verdict
from weirmq.engine.outbox import Task
from weirmq.services.sns import counts, delivery_policies, direct, endpoints, errands, fanout, publishing, sms, status
from weirmq.services.sns.backoff import AWS_MANAGED, CUSTOMER_MANAGED, FUNCTION_FAILED, Schedule
from weirmq.services.sns.delivery_policies import Effective
from weirmq.services.sns.model import Subscription
from weirmq.services.sns.notifications import FAREWELL, NOTIFICATION, Notification, decode
from weirmq.services.sns.protocols import HTTP

if TYPE_CHECKING:
    from weirmq.services.sns.service import Sns

_REMEMBERED: Final = 1_000  # policies, which are few
_SPREAD: Final = 5  # pauses are up to a fifth longer, by chance
_INVOKED: Final = range(200, 300)  # a function ran, whatever came of it
_RESPONSE_BYTES: Final = 256  # of an answer, in a log line


class SnsCarrier:
    """Judges tasks; changes nothing."""

    def __init__(self, service: "Sns") -> None:
        self._service = service
        self._decoded: tuple[str | bytes, Notification] | None = None
        self._policies: dict[tuple[str, str], Effective] = {}  # by the policies of topic and subscription

    def lane(self, target: str) -> Lane:
        """The endpoint that `target` leads to; a lane of its own where its rate is limited."""
        subscription = self._subscription(target)
        if subscription is None:
            return direct.lane(target)
        if subscription.protocol in HTTP:
            rate = self._policy(subscription).rate_per_s
            if rate is not None:
                return Lane(subscription.arn, float(rate))
        return Lane(errands.lane_of(subscription))

    def errand(self, task: Task, content: str | bytes, now_ms: int) -> Errand | Verdict:
        """What must go out now; Done where the subscription is gone, or waits for another token by now."""
        service, message = self._service, self._notification(content)
        if message.kind == FAREWELL:
            return errands.greeting(service, message, task.target)
        subscription = self._subscription(task.target)
        if subscription is not None and message.kind != NOTIFICATION:
            is_current = subscription.token == message.token and not subscription.is_confirmed
            return errands.greeting(service, message, task.target) if is_current else Done()
        if subscription is not None:
            found = errands.notification(service, subscription, message, self._policy(subscription))
        elif message.topic_arn:
            return Done()  # nobody wants it any more
        else:
            found = direct.errand(service, task.target, message)
        if isinstance(found, str):
            return self._given_up(task, message, Outcome(error=found, is_permanent=True), now_ms)
        return found

    def outcome(self, task: Task, content: str | bytes, result: Outcome, now_ms: int) -> Verdict:
        """Delivered; or again later, as the delivery policy says; or to the dead-letter queue."""
        service, message = self._service, self._notification(content)
        subscription = self._subscription(task.target)
        protocol = self._protocol(task, message)
        attempts = task.attempts + 1
        if errands.is_delivered(protocol, result):
            if message.kind == NOTIFICATION:
                service.counts.add(message.topic_arn, protocol, counts.DELIVERED)
            return Done(self._log(task, message, "SUCCESS", result))
        if protocol == "lambda" and result.status in _INVOKED:
            schedule = FUNCTION_FAILED
        else:
            schedule = self._schedule(subscription, protocol)
        delay_ms = schedule.delay_ms(attempts)
        if delay_ms is None or errands.is_hopeless(protocol, result) or self._is_dead_token(task, protocol, result):
            return self._given_up(task, message, result, now_ms)
        return Retry(now_ms + delay_ms + delay_ms * service.entropy.take(1)[0] // (_SPREAD * 256))

    def _given_up(self, task: Task, message: Notification, result: Outcome, now_ms: int) -> Dead:
        """No further try: to the dead-letter queue, if the subscription has one."""
        service, protocol = self._service, self._protocol(task, message)
        subscription = self._subscription(task.target)
        service.counts.add(message.topic_arn, protocol, counts.FAILED)
        also: fanout.Also = []
        if protocol == "application":
            also += self._about_device(task, message, result, now_ms)
        if subscription is not None and message.kind == NOTIFICATION:
            also += fanout.bury_outside(service, subscription, message, now_ms)
        return Dead(also, self._log(task, message, "FAILURE", result))

    # Devices

    def _device_of(self, task: Task) -> str:
        subscription = self._subscription(task.target)
        return task.target if subscription is None else subscription.endpoint

    def _is_dead_token(self, task: Task, protocol: str, result: Outcome) -> bool:
        return (
            protocol == "application" and endpoints.feedback(self._service, self._device_of(task), result).is_permanent
        )

    def _about_device(self, task: Task, message: Notification, result: Outcome, now_ms: int) -> fanout.Also:
        """A device that its platform doesn't know is disabled, and its application may want to hear of the failure; but
        not where a device was to hear of another's, or failures would tell of failures for ever.
        """
        service, device = self._service, self._device_of(task)
        feedback = endpoints.feedback(service, device, result)
        also: fanout.Also = [(service.machine, feedback.facts)] if feedback.facts else []
        if message.is_event:
            return also
        attempts = task.attempts + 1
        event = endpoints.failure_event(service, device, message.message_id, feedback.reason, attempts, now_ms)
        if event is not None:
            topic_arn, text = event
            also += publishing.announce(service, topic_arn, None, text, now_ms)
        return also

    # What the above ask

    def _notification(self, content: str | bytes) -> Notification:
        """The content; tasks of one message tend to come one after the other."""
        if self._decoded is None or self._decoded[0] is not content:
            self._decoded = (content, decode(content.encode() if isinstance(content, str) else content))
        return self._decoded[1]

    def _subscription(self, target: str) -> Subscription | None:
        return self._service.machine.subscriptions_by_arn.get(target)

    def _protocol(self, task: Task, message: Notification) -> str:
        subscription = self._subscription(task.target)
        if subscription is not None:
            return subscription.protocol
        return message.protocol or direct.protocol_of(task.target)

    def _policy(self, subscription: Subscription) -> Effective:
        policies = (subscription.topic.settings.delivery_policy, subscription.settings.delivery_policy)
        known = self._policies.get(policies)
        if known is None:
            if len(self._policies) >= _REMEMBERED:
                self._policies.clear()
            known = self._policies[policies] = delivery_policies.effective(*policies)
        return known

    def _schedule(self, subscription: Subscription | None, protocol: str) -> Schedule:
        if protocol in HTTP:
            if subscription is None:  # a farewell
                return delivery_policies.effective("", "").schedule
            return self._policy(subscription).schedule
        return AWS_MANAGED if protocol in ("lambda", "firehose") else CUSTOMER_MANAGED

    def _is_told(self, task: Task, subscription: Subscription | None) -> bool:
        """Whether this success is one of those to be logged: the topic says so, or the account of a phone, or, of a
        device that was published to directly, its application.
        """
        service = self._service
        if subscription is None:
            feedback = direct.feedback(service, task.target)
        elif subscription.protocol == "sms":
            feedback = sms.feedback(service, subscription.topic.account, subscription.topic.region)
        else:
            return status.is_sampled(service, subscription.topic, subscription.protocol)
        return feedback is not None and status.is_drawn(service, feedback)

    def _log(self, task: Task, message: Notification, verdict: str, result: Outcome) -> dict[str, Any] | None:
        """The fields of a log line: of a success if somebody wants them, of a failure always."""
        subscription = self._subscription(task.target)
        if verdict == "SUCCESS" and not self._is_told(task, subscription):
            return None
        return status.record(
            "" if subscription is None else subscription.topic.arn,
            "" if subscription is None else subscription.arn,
            self._protocol(task, message),
            task.target if subscription is None else subscription.endpoint,
            verdict,
            attempts=task.attempts + 1,
            elapsed_ms=result.elapsed_ms,
            code=result.status,
            response=result.error or result.body[:_RESPONSE_BYTES].decode(errors="replace"),
            message_id=message.message_id,
        )
