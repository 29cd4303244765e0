"""What the log holds of replications between clusters. Added to, never edited, as facts.py."""

from weirmq.engine.machine import Fact


class ReplicationSet(Fact, tag=43):
    """One cluster's topics and groups are copied to another one, continuously, from now on like this.

    Topics and groups are those that a pattern of `topics` or `groups` fits in whole, and none of those excluded.
    `prefix` is put before the names of topics; "" leaves them as they are. `from_latest`: topics begin with what comes.
    """

    id: str
    source: int
    target: int
    topics: list[str]
    topics_excluded: list[str]
    groups: list[str]
    groups_excluded: list[str]
    prefix: str = ""
    from_latest: bool = False
    new_topics: bool = True  # make topics and partitions that the target doesn't have
    configs: bool = True
    acls: bool = True
    offsets: bool = True


class ReplicationMoved(Fact, tag=44):
    """What lies below these offsets is copied: (topic id and partition of the source, offset there, offset in the
    target).
    """

    id: str
    positions: list[tuple[bytes, int, int, int]]


class ReplicationEnded(Fact, tag=80):
    """Nothing more is copied. What was copied stays."""

    id: str
