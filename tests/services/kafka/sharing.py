"""Members of share groups, as tests play them."""

from typing import Any

from tests.services.kafka.world import Later, Peer, World
from weirmq.wire.kafka.messages import share_acknowledge_request as acknowledging
from weirmq.wire.kafka.messages import share_fetch_request as fetching
from weirmq.wire.kafka.messages.describe_share_group_offsets_request import (
    DescribeShareGroupOffsetsRequest,
    DescribeShareGroupOffsetsRequestGroup,
)
from weirmq.wire.kafka.messages.incremental_alter_configs_request import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
)
from weirmq.wire.kafka.messages.share_fetch_response import PartitionData, ShareFetchResponse
from weirmq.wire.kafka.messages.share_group_heartbeat_request import ShareGroupHeartbeatRequest

GROUP = "g"
GAP, ACCEPT, RELEASE, REJECT, RENEW = range(5)

Said = tuple[int, int, list[int]]
"""First and last offset, and what is said of these."""


def configure(world: World, group: str = GROUP, **configs: str) -> tuple[int, str | None]:
    """Set configs of a group; the error, if there is one."""
    changes = [AlterableConfig(name.replace("_", "."), 0, value) for name, value in configs.items()]
    request = IncrementalAlterConfigsRequest([AlterConfigsResource(32, group, changes)])
    (answer,) = world.ask(request).responses
    return answer.error_code, answer.error_message


def offsets(world: World, group: str = GROUP) -> list[tuple[int, int, int]]:
    """Partition, start and lag of all that a group has to do with."""
    (found,) = world.ask(DescribeShareGroupOffsetsRequest([DescribeShareGroupOffsetsRequestGroup(group, None)])).groups
    return [(each.partition_index, each.start_offset, each.lag) for topic in found.topics for each in topic.partitions]


class Sharer:
    """One member of a share group with a connection of its own, which fetches from one partition."""

    def __init__(self, world: World, topic_id: bytes, name: str = "m", *, group: str = GROUP, index: int = 0) -> None:
        self.world = world
        self.topic_id = topic_id
        self.name = name
        self.group = group
        self.index = index
        self.peer = Peer()
        self.epoch = 0  # of its session

    def joins(self, *topics: str, epoch: int = 0) -> Any:
        """A heartbeat."""
        request = ShareGroupHeartbeatRequest(self.group, self.name, epoch, None, list(topics or ("orders",)))
        return self.world.ask(request, peer=self.peer)

    def leaves(self) -> Any:
        return self.world.ask(ShareGroupHeartbeatRequest(self.group, self.name, -1), peer=self.peer)

    def begins(self, *said: Said, **members: Any) -> Later:
        """A fetch that may have to wait."""
        batches = [fetching.AcknowledgementBatch(*each) for each in said]
        named = [fetching.FetchTopic(self.topic_id, [fetching.FetchPartition(self.index, batches)])]
        request = fetching.ShareFetchRequest(self.group, self.name, self.epoch, 0, 1, 1_000_000, 500, 500)
        if said or not self.epoch:
            request.topics = named
        for name, value in members.items():
            setattr(request, name, value)
        later = self.world.begin(request, peer=self.peer)
        self.epoch = request.share_session_epoch + 1
        return later

    def fetches(self, *said: Said, **members: Any) -> list[tuple[int, int, int]]:
        """What it acquires at once: first and last offset, delivery count."""
        return acquired(self.begins(*said, **members).answer)

    def says(self, *said: Said, is_final: bool = False, renews: bool = False) -> int:
        """What it did with records; the error code of that."""
        batches = [acknowledging.AcknowledgementBatch(*each) for each in said]
        partition = acknowledging.AcknowledgePartition(self.index, batches)
        topics = [acknowledging.AcknowledgeTopic(self.topic_id, [partition])]
        epoch = -1 if is_final else self.epoch
        request = acknowledging.ShareAcknowledgeRequest(self.group, self.name, epoch, renews, topics)
        answer = self.world.ask(request, peer=self.peer)
        if answer.error_code:
            return int(answer.error_code)
        self.epoch += 1
        return int(answer.responses[0].partitions[0].error_code)

    def vanishes(self) -> None:
        """Its connection is gone, and time goes on a little."""
        self.world.kafka.left(self.peer)
        self.peer, self.epoch = Peer(), 0
        self.world.tick()


def partition(answer: ShareFetchResponse) -> PartitionData | None:
    """What an answer says of the one partition that was asked for, if it says anything."""
    assert not answer.error_code
    return answer.responses[0].partitions[0] if answer.responses else None


def acquired(answer: ShareFetchResponse) -> list[tuple[int, int, int]]:
    found = partition(answer)
    if found is None:
        return []
    assert not found.error_code, found
    return [(each.first_offset, each.last_offset, each.delivery_count) for each in found.acquired_records]
