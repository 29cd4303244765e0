"""What the log holds of where partitions are. Like all facts: added to, never edited."""

from weirmq.engine.machine import Fact


class PartitionMoved(Fact, tag=38):
    """A partition belongs to other brokers now, of which the first leads it."""

    cluster: int
    topic_id: bytes
    partition: int
    replicas: list[int]
