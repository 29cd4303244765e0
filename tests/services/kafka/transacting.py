"""A transactional producer, as clients are: of transaction.version 1 it says what belongs to its transactions before,
of version 2 it just writes.
"""

from typing import Any

from tests.services.kafka.world import Later, World, batch_of
from weirmq.wire.kafka.batch import TRANSACTIONAL
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.add_offsets_to_txn_request import AddOffsetsToTxnRequest
from weirmq.wire.kafka.messages.add_partitions_to_txn_request import AddPartitionsToTxnRequest, AddPartitionsToTxnTopic
from weirmq.wire.kafka.messages.end_txn_request import EndTxnRequest
from weirmq.wire.kafka.messages.init_producer_id_request import InitProducerIdRequest
from weirmq.wire.kafka.messages.offset_fetch_request import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
)
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData
from weirmq.wire.kafka.messages.txn_offset_commit_request import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
)

Place = tuple[str, bytes, int]
"""Name and id of a topic, partition."""

OLD = {"produce": 10, "end": 3, "offsets": 3}
NEW = {"produce": 13, "end": 5, "offsets": 5}


class Transactor:
    """A producer with a transactional id."""

    def __init__(self, world: World, name: str = "t", version: int = 1, timeout_ms: int = 60_000) -> None:
        self.world = world
        self.name = name
        self.versions = OLD if version == 1 else NEW
        self.timeout_ms = timeout_ms
        self.producer, self.epoch = -1, -1
        self.sequences: dict[tuple[bytes, int], int] = {}

    def init(self, *, again: bool = False, version: int | None = None) -> Code:
        """Get an id; `again` by naming the one that it has."""
        known = (self.producer, self.epoch) if again else (-1, -1)
        answer = self.world.ask(InitProducerIdRequest(self.name, self.timeout_ms, *known), version=version)
        if not answer.error_code:
            self._is(answer.producer_id, answer.producer_epoch)
        return Code(answer.error_code)

    def _is(self, producer: int, epoch: int) -> None:
        if (producer, epoch) != (self.producer, self.epoch):
            self.sequences.clear()
        self.producer, self.epoch = producer, epoch

    def add(self, *places: Place, version: int = 3) -> Code:
        """Enlist partitions."""
        topics = [AddPartitionsToTxnTopic(name, [index]) for name, _, index in places]
        request = AddPartitionsToTxnRequest([], self.name, self.producer, self.epoch, topics)
        answer = self.world.ask(request, version=version)
        (code,) = {
            each.partition_error_code
            for topic in answer.results_by_topic_v3_and_below
            for each in topic.results_by_partition
        }
        return Code(code)

    def batch(self, place: Place, *values: bytes) -> bytes:
        """The batch that is due in a partition."""
        first = self.sequences.get(place[1:], 0)
        return batch_of(
            *values,
            now_ms=self.world.clock.now_ms(),
            producer=self.producer,
            epoch=self.epoch,
            first=first,
            attributes=TRANSACTIONAL,
        )

    def begin_write(self, place: Place, data: bytes, *, version: int | None = None, acks: int = -1) -> Later:
        """Send a batch."""
        name, topic_id, index = place
        topics = [TopicProduceData(name, topic_id, [PartitionProduceData(index, data)])]
        version = self.versions["produce"] if version is None else version
        return self.world.begin(ProduceRequest(self.name, acks, 1000, topics), version=version)

    def write(self, place: Place, *values: bytes, version: int | None = None) -> Code:
        """Write records; a client of version 1 enlists the partition before."""
        if self.versions is OLD and (code := self.add(place)):
            return code
        answer = self.begin_write(place, self.batch(place, *values), version=version).answer
        code = Code(answer.responses[0].partition_responses[0].error_code)
        if not code:
            self.sequences[place[1:]] = self.sequences.get(place[1:], 0) + len(values)
        return code

    def begin_end(self, *, commits: bool, version: int | None = None) -> Later:
        """Send an EndTxn."""
        request = EndTxnRequest(self.name, self.producer, self.epoch, commits)
        return self.world.begin(request, version=self.versions["end"] if version is None else version)

    def end(self, *, commits: bool, version: int | None = None) -> Code:
        """Commit or abort."""
        return self.took(self.begin_end(commits=commits, version=version).answer)

    def took(self, answer: Any) -> Code:
        """The answer to an EndTxn."""
        if not answer.error_code and self.versions is NEW:
            self._is(answer.producer_id, answer.producer_epoch)
        return Code(answer.error_code)

    def commit(self) -> Code:
        """End it well."""
        return self.end(commits=True)

    def abort(self) -> Code:
        """Take it all back."""
        return self.end(commits=False)

    def add_offsets(self, group: str, *, version: int = 4) -> Code:
        """Enlist a group."""
        request = AddOffsetsToTxnRequest(self.name, self.producer, self.epoch, group)
        return Code(self.world.ask(request, version=version).error_code)

    def send_offset(self, group: str, place: Place, offset: int, **more: Any) -> Code:
        """Say where a group stands; a client of version 1 enlists it before."""
        if self.versions is OLD and not more and (code := self.add_offsets(group)):
            return code
        version = more.pop("version", self.versions["offsets"])
        topics = [TxnOffsetCommitRequestTopic(place[0], [TxnOffsetCommitRequestPartition(place[2], offset)])]
        request = TxnOffsetCommitRequest(self.name, group, self.producer, self.epoch, topics=topics, **more)
        answer = self.world.ask(request, version=version)
        return Code(answer.topics[0].partitions[0].error_code)


def place_of(world: World, name: str = "orders", partitions: int = 1) -> Place:
    """The first partition of a new topic."""
    return name, world.topic(name, partitions), 0


def offset_of(world: World, group: str, place: Place, *, stable: bool = False) -> tuple[Code, int]:
    """Where a group stands."""
    topics = [OffsetFetchRequestTopics(place[0], place[1], [place[2]])]
    answer = world.ask(
        OffsetFetchRequest(groups=[OffsetFetchRequestGroup(group, None, -1, topics)], require_stable=stable)
    )
    (found,) = answer.groups[0].topics[0].partitions
    return Code(found.error_code), found.committed_offset
