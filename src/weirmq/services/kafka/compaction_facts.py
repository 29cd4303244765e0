"""What the log holds of compaction. Added to, never edited, like all facts."""

from weirmq.engine.machine import Fact


class PartitionCompacted(Fact, tag=20):
    """Below `offset`, a partition's log has one record a key, and none of aborted transactions."""

    cluster: int
    topic_id: bytes
    partition: int
    offset: int
