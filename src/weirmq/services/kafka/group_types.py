"""Of which kind a group is. A share group stays one until its end; others may change their protocol."""

from typing import TYPE_CHECKING

from weirmq.services.kafka.groups import Key

if TYPE_CHECKING:
    from weirmq.services.kafka.consumer_groups import ConsumerGroup
    from weirmq.services.kafka.service import Kafka
    from weirmq.services.kafka.streams_groups import StreamsGroup


def consumers_of(kafka: "Kafka", key: Key) -> "ConsumerGroup | None":
    """The group where it is one of KIP-848's protocol, with members."""
    found = kafka.consumer_groups.get(key)
    return found if found is not None and found.members else None


def streams_of(kafka: "Kafka", key: Key) -> "StreamsGroup | None":
    """The group where it is one of a Kafka Streams application, of KIP-1071's protocol, with members."""
    found = kafka.streams_groups.get(key)
    return found if found is not None and found.members else None


def is_share_group(kafka: "Kafka", key: Key) -> bool:
    """Whether it is one that shares (KIP-932)."""
    return key in kafka.machine.shares.groups or kafka.share_groups.get(key) is not None


def is_other_group(kafka: "Kafka", key: Key) -> bool:
    """Whether it is one that reads by offsets, of the classic protocol, of KIP-848 or of KIP-1071."""
    return key in kafka.machine.offsets or any(kind.get(key) is not None for kind in kafka.offset_groups)
