"""Members of groups of Kafka Streams applications, as tests play them."""

from collections.abc import Callable, Iterable
from typing import Any

from weirmq.wire.kafka.messages.streams_group_heartbeat_request import (
    CopartitionGroup,
    Endpoint,
    KeyValue,
    StreamsGroupHeartbeatRequest,
    Subtopology,
    TaskIds,
    TopicInfo,
    Topology,
)

Asks = Callable[[Any], Any]
"""How a request is answered."""

GROUP = "g"
STATUS = ("STALE_TOPOLOGY", "MISSING_SOURCE_TOPICS", "INCORRECTLY_PARTITIONED_TOPICS", "MISSING_INTERNAL_TOPICS",
          "SHUTDOWN_APPLICATION", "ASSIGNMENT_DELAYED")  # fmt: skip


def internal(name: str, partitions: int = 0, **configs: str) -> TopicInfo:
    """An internal topic."""
    return TopicInfo(name, partitions, 0, [KeyValue(key.replace("_", "."), value) for key, value in configs.items()])


def subtopology(
    name: str,
    *sources: str,
    stores: Iterable[str] = (),
    reads: Iterable[TopicInfo] = (),
    writes: Iterable[str] = (),
    together: tuple[list[int], list[int]] | None = None,
) -> Subtopology:
    """One with source topics, changelog topics, repartition topics that it reads and that it writes.

    `together` are the numbers of its source topics, and of its repartition topics, that must be copartitioned.
    """
    groups = [] if together is None else [CopartitionGroup(together[0], [], together[1])]
    changelogs = [internal(each, cleanup_policy="compact") for each in stores]
    return Subtopology(name, list(sources), [], changelogs, list(writes), list(reads), groups)


def topology(*subtopologies: Subtopology, epoch: int = 0) -> Topology:
    """All of an application."""
    return Topology(epoch, list(subtopologies))


WORDS = topology(
    subtopology("0", "lines", writes=["words"]), subtopology("1", reads=[internal("words")], stores=["counts"])
)
"""Lines are split into words, and these are counted."""


def tasks(found: Iterable[Any] | None) -> str:
    """Tasks as `0: 0 1, 1: 0`; `-` where nothing is said."""
    if found is None:
        return "-"
    told = [f"{each.subtopology_id}: {' '.join(str(index) for index in each.partitions)}" for each in found]
    return ", ".join(sorted(told))


class Thread:
    """One member, which keeps its epoch, and takes and gives up tasks as it is told."""

    def __init__(self, asks: Asks, name: str, process: str = "", *, group: str = GROUP, of: Topology = WORDS) -> None:
        self.asks = asks
        self.name = name
        self.process = process or f"process of {name}"
        self.group = group
        self.topology = of
        self.epoch = 0
        self.active: list[TaskIds] = []
        self.standby: list[TaskIds] = []
        self.endpoint: Endpoint | None = None
        self.endpoints_epoch = -1

    def request(self, **members: Any) -> StreamsGroupHeartbeatRequest:
        """A heartbeat that says nothing new."""
        request = StreamsGroupHeartbeatRequest(self.group, self.name, self.epoch, self.endpoints_epoch)
        for name, value in members.items():
            setattr(request, name, value)
        return request

    def beat(self, **members: Any) -> Any:
        """A heartbeat; its answer is taken at its word."""
        answer = self.asks(self.request(**members))
        if not answer.error_code:
            self.epoch = answer.member_epoch
            self.endpoints_epoch = answer.endpoint_information_epoch
            if answer.active_tasks is not None:
                self.active, self.standby = [
                    [TaskIds(each.subtopology_id, list(each.partitions)) for each in found]
                    for found in (answer.active_tasks, answer.standby_tasks)
                ]
        return answer

    def owns(self, **members: Any) -> Any:
        """A heartbeat that says which tasks it has."""
        has = {"active_tasks": self.active, "standby_tasks": self.standby, "warmup_tasks": []}
        return self.beat(**(has | members))

    def join(self, **members: Any) -> Any:
        """The first heartbeat, or one after being fenced."""
        self.epoch, self.active, self.standby = 0, [], []
        said = {
            "topology": self.topology,
            "rebalance_timeout_ms": 30_000,
            "process_id": self.process,
            "user_endpoint": self.endpoint,
            "client_tags": [],
        }
        return self.owns(**(said | members))

    def leave(self, **members: Any) -> Any:
        """The last one."""
        return self.asks(self.request(member_epoch=-1, **members))
