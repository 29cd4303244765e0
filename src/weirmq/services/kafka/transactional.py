"""A transactional id: its producer, and the transaction that is under way.

             a partition or group        EndTxn, a timeout,           the markers are
             is enlisted                 or a new producer            durable
    EMPTY ----------------------> ONGOING ----------------> PREPARED ----------------> COMPLETE
      ^                              ^                                                   |  |
      |                              +---------------------------------------------------+  |
      +-------------------------------------------------------------------------------------+
        InitProducerId

Rules (KIP-98, KIP-360, KIP-890):
1. A batch goes to a partition's log only once it is durable that the partition is enlisted.
2. Markers go there only once it is durable how the transaction ends: PREPARED.
3. It is COMPLETE once all its markers are durable. After a crash what is PREPARED is completed; to write a marker
   twice harms nobody, because the next transaction begins after COMPLETE.
4. So whatever is lost in a crash, no log has records of a transaction that nobody will end.
"""

from typing import Final

import msgspec

from weirmq.services.kafka.facts import Committed

EMPTY, ONGOING, PREPARED, COMPLETE = range(4)

NO_PRODUCER: Final = -1
NO_EPOCH: Final = -1
LAST_EPOCH: Final = 32_766  # with it a producer id is used up; one more is kept for fencing it
FIRST_VERSION, EPOCH_BUMPING_VERSION = 1, 2  # of transaction.version: from 2 on, each EndTxn bumps the epoch

Key = tuple[int, str]
"""Cluster and transactional id."""

PartitionKey = tuple[bytes, int]
"""Topic id and partition."""


class Transactional(msgspec.Struct, array_like=True, tag=4):
    """One transactional id. A snapshot has it as it is, so fields are only added, at the end.

    `last_epoch` and `last_producer` are what the producer was told before, -1 where it can't have asked for more;
    `next_producer` is the id that it gets with COMPLETE, -1 for the one it has. `partitions` and `groups` have the
    offset of the fact that enlisted them, `prepared_at` is that of the fact that said how it ends.
    """

    cluster: int
    id: str
    producer: int
    epoch: int
    last_producer: int
    last_epoch: int
    timeout_ms: int
    state: int
    updated_ms: int
    version: int = FIRST_VERSION
    next_producer: int = NO_PRODUCER
    commits: bool = False
    started_ms: int = -1
    prepared_at: int = -1
    partitions: dict[PartitionKey, int] = {}
    groups: dict[str, int] = {}
    offsets: dict[str, list[Committed]] = {}  # of groups, to be committed with it

    @property
    def key(self) -> Key:
        """What it is found by."""
        return self.cluster, self.id

    @property
    def state_name(self) -> str:
        """As Kafka names it."""
        if self.state in {EMPTY, ONGOING}:
            return "Ongoing" if self.state else "Empty"
        return ("Prepare" if self.state == PREPARED else "Complete") + ("Commit" if self.commits else "Abort")

    @property
    def is_used_up(self) -> bool:
        """Whether its producer id has no epoch left to be given out."""
        return self.epoch >= LAST_EPOCH
