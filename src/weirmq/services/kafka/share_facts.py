"""What the log holds of share groups, and of the configs of groups. Added to, never edited."""

import msgspec

from weirmq.engine.machine import Fact


class GroupConfigured(Fact, tag=70):
    """All configs of a group that were set. They outlive the group."""

    cluster: int
    group: str
    configs: dict[str, str]


class ShareStart(msgspec.Struct, array_like=True, gc=False):
    """From where on a share group gets the records of a partition; -1 is for: not decided yet."""

    topic_id: bytes
    partition: int
    offset: int


class ShareOffsetsSet(Fact, tag=71):
    """A share group begins there, and nothing else is known of these partitions any more."""

    cluster: int
    group: str
    starts: list[ShareStart]


class ShareRecordsMoved(Fact, tag=72):
    """How a share group has got on in a partition. The records below `start` are gone.

    `batches` are the first and the last offset, the state that the records are in now (share_progress.py), and how
    often they were delivered.
    """

    cluster: int
    group: str
    topic_id: bytes
    partition: int
    start: int
    batches: list[tuple[int, int, int, int]]


class ShareOffsetsForgotten(Fact, tag=73):
    """A share group knows nothing of these topics any more."""

    cluster: int
    group: str
    topic_ids: list[bytes]


class ShareGroupPart(msgspec.Struct, array_like=True, tag=74):
    """A part of a snapshot: a share group. How far it is follows."""

    cluster: int
    group: str


class ShareProgressPart(msgspec.Struct, array_like=True, tag=75):
    """A part of a snapshot: how far a share group is in a partition."""

    cluster: int
    group: str
    topic_id: bytes
    partition: int
    start: int
    batches: list[tuple[int, int, int, int]]


class GroupConfigsPart(msgspec.Struct, array_like=True, tag=76):
    """A part of a snapshot: the configs of a group."""

    cluster: int
    group: str
    configs: dict[str, str]
