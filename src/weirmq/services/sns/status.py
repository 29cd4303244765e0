"""What became of deliveries, for the log: the fields of AWS's delivery status records, which the shell writes.

Source: https://docs.aws.amazon.com/sns/latest/dg/msg-status-topics.html
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from weirmq.kernel.errors import ServiceError
from weirmq.services.sns import counts
from weirmq.services.sns.model import Subscription, Topic
from weirmq.services.sns.protocols import masked

if TYPE_CHECKING:
    from weirmq.services.sns.service import Sns


def record(
    topic_arn: str, subscription_arn: str, protocol: str, destination: str, status: str, *, attempts: int = 1,
    elapsed_ms: int = 0, code: int | None = None, response: str = "", message_id: str = "",
) -> dict[str, Any]:  # fmt: skip
    """The fields of one delivery: `status` is SUCCESS or FAILURE, `elapsed_ms` that of the last try."""
    return {
        "status": status,
        "topic": topic_arn,
        "subscription": subscription_arn,
        "protocol": protocol,
        "destination": masked(destination),
        "message_id": message_id,
        "attempts": attempts,
        "dwell_time_ms": elapsed_ms,
        "status_code": code,
        "provider_response": response,
    }


def failed(service: "Sns", subscription: Subscription, message_id: str, reason: str, code: int | None = None) -> None:
    """A receiver refused a message at once: always told, for nobody else would notice."""
    service.counts.add(subscription.topic.arn, subscription.protocol, counts.FAILED)
    service.on_status(_of(subscription, "FAILURE", message_id, code, reason))


def lost(service: "Sns", subscription: Subscription, message_id: str, error: ServiceError) -> None:
    """Neither the endpoint nor its dead-letter queue took a message."""
    reason = f"the dead-letter queue refused it: {error.code}: {error.message}"
    destination = subscription.settings.dead_letter_arn
    service.on_status({**_of(subscription, "FAILURE", message_id, error.status, reason), "destination": destination})


def not_sent(service: "Sns", protocol: str, destination: str, message_id: str, reason: str) -> None:
    """A message without a topic isn't sent."""
    service.counts.add("", protocol, counts.FAILED)
    service.on_status(record("", "", protocol, destination, "FAILURE", message_id=message_id, response=reason))


def queued(service: "Sns", taken: Iterable[Subscription], message_id: str) -> None:
    """Queues took a message: told for as many in a hundred as the topic wants."""
    for subscription in taken:
        if is_sampled(service, subscription.topic, "sqs"):
            service.on_status(_of(subscription, "SUCCESS", message_id, 200, ""))


def is_sampled(service: "Sns", topic: Topic, protocol: str) -> bool:
    """Whether this success is one of those to be logged."""
    logging = topic.settings.status_logging.get(protocol)
    return logging is not None and logging.successes and is_drawn(service, logging.sample_percent)


def is_drawn(service: "Sns", percent: int) -> bool:
    """Whether this one is among so many in a hundred."""
    return service.entropy.take(1)[0] * 100 < percent * 256


def _of(subscription: Subscription, status: str, message_id: str, code: int | None, response: str) -> dict[str, Any]:
    return record(
        subscription.topic.arn,
        subscription.arn,
        subscription.protocol,
        subscription.endpoint,
        status,
        message_id=message_id,
        code=code,
        response=response,
    )
