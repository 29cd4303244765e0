"""Which brokers have a partition. The first of them leads it, for good: to add brokers moves nothing.

All replicas are one log on one disk, in sync always: a replication factor is what clients want to see, and what
min.insync.replicas is held against.
"""

from typing import Final

from weirmq.services.kafka.model import Cluster, Partition

ZONES: Final = 3
FACTOR: Final = "default.replication.factor"


def replicas(cluster: Cluster, topic_id: bytes, first: int, count: int, factor: int) -> list[list[int]]:
    """Those of `count` partitions from `first` on, spread over brokers and so over zones. Empty: all on the one broker
    that there is.
    """
    brokers = cluster.brokers
    if len(brokers) == 1:
        return []
    start = first + topic_id[0]
    return [
        [brokers[(start + index + each) % len(brokers)] for each in range(min(factor, len(brokers)))]
        for index in range(count)
    ]


def default_factor(cluster: Cluster) -> int:
    """How many replicas the partitions of a topic have for which nothing is said."""
    return min(int(cluster.configs.get(FACTOR) or 1), len(cluster.brokers))


def rack(broker: int) -> str:
    """The availability zone of a broker, as MSK spreads them."""
    return f"use1-az{(broker - 1) % ZONES + 1}"


def is_short(partition: Partition, least: str | None) -> bool:
    """Whether a partition has fewer replicas than min.insync.replicas wants."""
    return least is not None and int(least) > len(partition.replicas)
