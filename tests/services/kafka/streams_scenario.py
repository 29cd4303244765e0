"""What happens to groups of Kafka Streams applications, heartbeat by heartbeat, and what Apache Kafka's broker said.

    python -m tests.services.kafka.streams_scenario     write apache_streams.txt anew, from Apache Kafka itself

That starts Apache Kafka as bench/peers.py does, and needs Maven Central.
"""

import socket
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.services.kafka.streaming import STATUS, Asks, Thread, internal, subtopology, tasks, topology
from weirmq.wire.kafka import apis, codec
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages import NAMES
from weirmq.wire.kafka.messages.consumer_group_heartbeat_request import ConsumerGroupHeartbeatRequest
from weirmq.wire.kafka.messages.create_partitions_request import CreatePartitionsRequest, CreatePartitionsTopic
from weirmq.wire.kafka.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from weirmq.wire.kafka.messages.delete_groups_request import DeleteGroupsRequest
from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from weirmq.wire.kafka.messages.find_coordinator_request import FindCoordinatorRequest
from weirmq.wire.kafka.messages.incremental_alter_configs_request import (
    AlterableConfig,
    AlterConfigsResource,
    IncrementalAlterConfigsRequest,
)
from weirmq.wire.kafka.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from weirmq.wire.kafka.messages.list_groups_request import ListGroupsRequest
from weirmq.wire.kafka.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from weirmq.wire.kafka.messages.offset_commit_request import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from weirmq.wire.kafka.messages.offset_fetch_request import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
)
from weirmq.wire.kafka.messages.streams_group_describe_request import StreamsGroupDescribeRequest
from weirmq.wire.kafka.messages.streams_group_heartbeat_request import Endpoint, KeyValue, TaskIds

APACHES: Final = Path(__file__).parent / "apache_streams.txt"
# The newest versions, and those in which topics have names.
VERSIONS: Final = {"OffsetCommit": 9, "OffsetFetch": 9}
NO_UUID: Final = bytes(16)


class Scenario:
    """Asks, and notes what came of it."""

    def __init__(self, asks: Asks, wait_ms: Callable[[int], None]) -> None:
        self.asks = asks
        self.wait_ms = wait_ms
        self.lines: list[str] = []

    def say(self, what: str, found: str) -> None:
        self.lines.append(f"{what}: {found}")

    # What is asked

    def topics(self, **sizes: int) -> None:
        self.asks(CreateTopicsRequest([CreatableTopic(name, count, 1) for name, count in sizes.items()]))
        self.wait_ms(500)

    def configure(self, group: str, *, quick: bool = True, **configs: str) -> None:
        """Set configs of a group; a quick one is assigned without delay."""
        found = {"streams_initial_rebalance_delay_ms": "0", "streams_assignment_interval_ms": "0"} if quick else {}
        changes = [AlterableConfig(name.replace("_", "."), 0, value) for name, value in (found | configs).items()]
        (answer,) = self.asks(IncrementalAlterConfigsRequest([AlterConfigsResource(32, group, changes)])).responses
        assert not answer.error_code, answer
        self.wait_ms(500)

    def thread(self, name: str, process: str = "", **more: Any) -> Thread:
        return Thread(self.asks, name, process, **more)

    def heard(self, what: str, answer: Any) -> None:
        """What a heartbeat brought."""
        self.say(what, _shown(answer))

    def described(self, what: str, group: str) -> None:
        (found,) = self.asks(StreamsGroupDescribeRequest([group])).groups
        if found.error_code:
            self.say(what, f"{Code(found.error_code).name} {found.error_message}")
            return
        self.say(what, f"{found.group_state} {found.group_epoch} {found.assignment_epoch}")
        for each in found.topology.subtopologies:
            changelogs, repartitions = (
                [(each.name, each.partitions, [(kv.key, kv.value) for kv in each.topic_configs]) for each in topics]
                for topics in (each.state_changelog_topics, each.repartition_source_topics)
            )
            told = f"{each.source_topics} {each.repartition_sink_topics} {changelogs} {repartitions}"
            self.say(f"{what}, subtopology {each.subtopology_id} of {found.topology.epoch}", told)
        for each in sorted(found.members, key=lambda member: member.member_id):
            now, then = (
                f"active {tasks(found.active_tasks)} standby {tasks(found.standby_tasks)}"
                for found in (each.assignment, each.target_assignment)
            )
            told = f"{each.member_epoch} {each.topology_epoch} {each.process_id} {each.client_id} {each.user_endpoint}"
            self.say(f"{what}, member {each.member_id}", f"{told}, {now}; to be: {then}")

    def commit(self, group: str, member: str, epoch: int, topic: str, *indexes: int) -> str:
        partitions = [OffsetCommitRequestPartition(index, 7) for index in indexes]
        request = OffsetCommitRequest(
            group, epoch, member, topics=[OffsetCommitRequestTopic(topic, NO_UUID, partitions)]
        )
        (found,) = self.asks(request).topics
        return " ".join(Code(each.error_code).name for each in found.partitions)

    def fetch(self, group: str, member: str | None, epoch: int) -> str:
        asked = OffsetFetchRequestGroup(group, member, epoch, [OffsetFetchRequestTopics("rivers", NO_UUID, [0])])
        (found,) = self.asks(OffsetFetchRequest(groups=[asked])).groups
        return Code(found.error_code).name

    # What happens

    def all(self) -> list[str]:
        self.topics(rivers=4, brooks=2, wide=4)
        self.rebalances()
        self.standbys()
        self.topologies()
        self.refusals()
        self.delays()
        self.offsets()
        self.endpoints()
        self.types()
        self.made()
        return self.lines

    def rebalances(self) -> None:
        """Members come and go; tasks go from one to the other when they are given up."""
        self.configure("r")
        of = topology(subtopology("0", "rivers"))
        ann, bob = self.thread("ann", group="r", of=of), self.thread("bob", group="r", of=of)
        self.described("describe nobody", "r")
        self.heard("ann joins", ann.join())
        self.described("describe ann", "r")
        self.heard("ann beats", ann.beat())
        self.heard("bob joins", bob.join())
        self.described("describe reconciling", "r")
        self.heard("bob beats", bob.beat())
        self.heard("ann is to give up", ann.beat())
        self.heard("ann hasn't", ann.beat())
        self.described("describe revoking", "r")
        self.heard("bob waits", bob.beat())
        self.heard("ann has", ann.owns())
        self.heard("bob gets", bob.beat())
        self.described("describe both", "r")
        self.heard("bob is behind", bob.beat(member_epoch=bob.epoch - 1))
        self.heard("bob is behind, and says what he has", bob.owns(member_epoch=2))
        self.heard("bob is far behind", bob.owns(member_epoch=1))
        self.heard("bob is ahead", bob.beat(member_epoch=9))
        self.heard("bob says who he is", bob.beat(client_tags=[KeyValue("zone", "a")], rack_id="r1"))
        self.heard("ann hears of it", ann.beat())
        self.heard("bob again", bob.join())
        self.heard("ann leaves", ann.leave())
        self.described("describe bob alone", "r")
        self.heard("bob gets all", bob.beat())
        self.heard("bob wants an end", bob.beat(shutdown_application=True))
        self.heard("ann is back", ann.join())
        self.heard("bob leaves", bob.leave())
        self.heard("ann leaves too", ann.leave())
        self.described("describe empty", "r")
        self.heard("ann once more", ann.join())
        self.heard("ann with more", ann.join(topology=topology(subtopology("0", "rivers"), subtopology("1", "brooks"))))
        self.heard("ann with a later one", ann.join(topology=topology(subtopology("0", "rivers"), epoch=1)))
        ann.leave()

    def standbys(self) -> None:
        """Stores have copies, in other processes."""
        self.topics(**{"s-counts": 4})
        self.configure("s", streams_num_standby_replicas="1")
        of = topology(subtopology("0", "rivers", stores=["s-counts"]))
        ann, bob, cy = (self.thread(name, name[0], group="s", of=of) for name in ("ann", "bob", "cy"))
        self.heard("first of standbys", ann.join())
        self.heard("second of standbys", bob.join())
        self.heard("first gives up", ann.beat())
        self.heard("first has given up", ann.owns())
        self.heard("second has all", bob.beat())
        self.described("describe standbys", "s")
        self.heard("third of standbys", cy.join())
        for each in (ann, bob, cy) * 3:
            each.owns()
        self.described("describe three", "s")
        self.configure("s", streams_num_standby_replicas="0")
        self.heard("no standbys any more", ann.beat())
        for each in (ann, bob, cy) * 3:
            each.owns()
        self.described("describe without standbys", "s")
        for each in (ann, bob, cy):
            each.leave()

    def topologies(self) -> None:
        """What topics must be like."""
        self.topics(**{"t-in": 3, "t-out": 5})
        for name, of in {
            "missing": topology(subtopology("0", "nowhere", "rivers")),
            "copartitioned": topology(subtopology("0", "rivers", "wide", together=([0, 1], []))),
            "not copartitioned": topology(subtopology("0", "rivers", "brooks", together=([0, 1], []))),
            "no source": topology(subtopology("0")),
            "circle": topology(
                subtopology("0", reads=[internal("a")], writes=["b"]),
                subtopology("1", reads=[internal("b")], writes=["a"]),
            ),
            "never written": topology(subtopology("0", reads=[internal("a")])),
            "sized changelog": topology(_with(subtopology("0", "rivers"), state_changelog_topics=[internal("c", 4)])),
            "changelog of another size": topology(subtopology("0", "rivers", stores=["t-in"])),
            "repartition topic of another size": topology(
                subtopology("0", "rivers", writes=["t-out"]), subtopology("1", reads=[internal("t-out")])
            ),
            "repartition topic of a fixed size": topology(
                subtopology("0", "rivers", writes=["t-out"]), subtopology("1", reads=[internal("t-out", 5)])
            ),
            "fixed beside another": topology(
                subtopology("0", "rivers", writes=["t-in"]),
                subtopology("1", "brooks", reads=[internal("t-in", 3)], together=([0], [0])),
            ),
            "two fixed": topology(
                subtopology("0", "rivers", writes=["t-in", "t-out"]),
                subtopology("1", reads=[internal("t-in", 3), internal("t-out", 5)], together=([], [0, 1])),
            ),
            "regex": topology(_with(subtopology("0", "rivers"), source_topic_regex=["r.*"])),
            "bad name": topology(subtopology("0", "rivers/brooks")),
            "Kafka's own": topology(subtopology("0", "__consumer_offsets")),
            "empty": topology(),
        }.items():
            group = f"t {name}"
            self.configure(group)
            thread = self.thread("ann", group=group, of=of)
            self.heard(f"topology {name}", thread.join())
            self.described(f"describe {name}", group)
            thread.leave()
        self.configure("grows")
        thread = self.thread("ann", group="grows", of=topology(subtopology("0", "grows")))
        self.heard("source isn't there", thread.join())
        self.topics(grows=1)
        self.heard("source is there", thread.beat())
        self.asks(CreatePartitionsRequest([CreatePartitionsTopic("grows", 2, None)], 5_000))
        self.wait_ms(500)
        self.heard("source grows", thread.beat())
        (deleted,) = self.asks(DeleteTopicsRequest([DeleteTopicState("grows")], timeout_ms=5_000)).responses
        assert not deleted.error_code
        self.wait_ms(500)
        self.heard("source is gone", thread.beat())
        self.heard("all are given up", thread.owns())
        self.described("describe without a source", "grows")
        thread.leave()

    def refusals(self) -> None:
        """What can't be."""
        self.configure("f")
        ann = self.thread("ann", group="f", of=topology(subtopology("0", "rivers")))
        some = [TaskIds("0", [0])]
        self.heard("nobody beats", ann.beat(member_epoch=5, group_id="a group that isn't"))
        for name, said in {
            "no member": {"member_id": ""},
            "no group": {"group_id": ""},
            "no rack": {"rack_id": ""},
            "instance": {"instance_id": "one"},
            "no timeout": {"rebalance_timeout_ms": -1},
            "no topology": {"topology": None},
            "tasks": {"active_tasks": some},
            "warm-up tasks": {"warmup_tasks": some},
            "some kinds of tasks": {"standby_tasks": None},
            "offsets": {"task_offsets": []},
            "end offsets": {"task_end_offsets": []},
            "epoch -3": {"member_epoch": -3, "topology": None},
            "epoch -2": {"member_epoch": -2, "topology": None},
        }.items():
            self.heard(f"join with {name}", ann.join(**said))
        ann.join()
        self.heard("beat with a topology", ann.beat(topology=ann.topology))
        self.heard("unknown member", ann.beat(member_id="eve"))
        self.heard("unknown subtopology", ann.beat(active_tasks=[TaskIds("7", [0])], standby_tasks=[], warmup_tasks=[]))
        self.heard("unknown task", ann.beat(active_tasks=[TaskIds("0", [4])], standby_tasks=[], warmup_tasks=[]))
        self.heard("unknown member leaves", ann.beat(member_id="eve", member_epoch=-1))
        self.heard("older topology", self.thread("old", group="f", of=topology(epoch=-1)).join())
        ann.leave()
        self.heard("ann left already", ann.leave())
        self.configure("stale")
        new = self.thread("new", group="stale", of=topology(subtopology("0", "rivers"), epoch=3))
        new.join()
        old = self.thread("old", group="stale", of=topology(subtopology("1", "brooks"), epoch=2))
        self.heard("an older topology", old.join())
        self.described("describe old and new", "stale")
        for each in (new, old):
            each.leave()

    def delays(self) -> None:
        """A group waits for more members, and between two assignments."""
        self.configure(
            "d", quick=False, streams_initial_rebalance_delay_ms="2000", streams_assignment_interval_ms="4000"
        )
        of = topology(subtopology("0", "rivers"))
        ann, bob = self.thread("ann", group="d", of=of), self.thread("bob", group="d", of=of)
        self.heard("ann waits for others", ann.join())
        self.described("describe waiting", "d")
        self.heard("bob too", bob.join())
        self.wait_ms(3_000)
        self.heard("ann has waited", ann.beat())
        self.heard("bob has waited", bob.beat())
        ann.leave()
        self.heard("bob waits for the interval", bob.beat())
        self.wait_ms(5_000)
        self.heard("bob has waited again", bob.beat())
        bob.leave()

    def offsets(self) -> None:
        """Who may commit."""
        self.configure("o")
        of = topology(subtopology("0", "rivers"))
        ann, bob = self.thread("ann", group="o", of=of), self.thread("bob", group="o", of=of)
        self.say("commit to nobody", self.commit("o", "", -1, "rivers", 0))
        ann.join()
        bob.join()
        ann.beat()
        ann.owns()
        bob.beat()
        self.described("describe committing", "o")
        for name, (member, epoch, topic, index) in {
            "an admin": ("", -1, "rivers", 0),
            "a stranger": ("eve", 3, "rivers", 0),
            "ann": ("ann", ann.epoch, "rivers", 0),
            "ann, what isn't hers": ("ann", ann.epoch, "rivers", 3),
            "ann, ahead": ("ann", ann.epoch + 1, "rivers", 0),
            "ann, behind": ("ann", ann.epoch - 1, "rivers", 0),
            "ann, far behind": ("ann", 1, "rivers", 0),
            "ann, behind, what isn't hers": ("ann", ann.epoch - 1, "rivers", 3),
            "ann, behind, of another topic": ("ann", ann.epoch - 1, "brooks", 0),
            "bob, behind": ("bob", bob.epoch - 1, "rivers", 3),
        }.items():
            self.say(f"commit of {name}", self.commit("o", member, epoch, topic, index))
        for name, (who, at) in {
            "an admin": (None, -1),
            "a stranger": ("eve", 3),
            "ann": ("ann", ann.epoch),
            "ann, behind": ("ann", ann.epoch - 1),
        }.items():
            self.say(f"fetch of {name}", self.fetch("o", who, at))
        ann.leave()
        bob.leave()
        self.say("commit of an admin now", self.commit("o", "", -1, "rivers", 0))
        self.say("commit of ann, who left", self.commit("o", "ann", 3, "rivers", 0))

    def endpoints(self) -> None:
        """Who can be asked for what is in which partition."""
        self.configure("e")
        of = topology(subtopology("0", "rivers", "brooks"))
        ann, bob = self.thread("ann", group="e", of=of), self.thread("bob", group="e", of=of)
        ann.endpoint, bob.endpoint = Endpoint("ann.example", 80), Endpoint("bob.example", 65_535)
        self.heard("ann has an endpoint", ann.join())
        self.heard("ann knows", ann.beat())
        self.heard("bob has an endpoint", bob.join())
        for _ in range(2):
            self.heard("ann hears of endpoints", ann.owns())
            self.heard("bob hears of endpoints", bob.owns())
        ann.leave()
        bob.leave()

    def types(self) -> None:
        """A group is of one protocol at a time."""
        self.configure("y")
        self.configure("z")
        of = topology(subtopology("0", "rivers"))
        ann = self.thread("ann", group="y", of=of)
        ann.join()
        listed = [(each.group_id, each.group_type, each.protocol_type, each.group_state)
                  for each in self.asks(ListGroupsRequest([], ["streams"])).groups]  # fmt: skip
        self.say("streams groups", str(sorted(each for each in listed if each[0] == "y")))
        consumer = ConsumerGroupHeartbeatRequest("y", "c", 0, None, None, 1_000, ["rivers"], None, None, [])
        self.say("consumer to streams group", Code(self.asks(consumer).error_code).name)
        classic = JoinGroupRequest("y", 10_000, 10_000, "", None, "consumer", [JoinGroupRequestProtocol("range", b"")])
        self.say("classic member to streams group", Code(self.asks(classic).error_code).name)
        self.say("delete with members", Code(self.asks(DeleteGroupsRequest(["y"])).results[0].error_code).name)
        ann.leave()
        self.say("consumer to empty streams group", Code(self.asks(consumer).error_code).name)
        self.say("delete", Code(self.asks(DeleteGroupsRequest(["y"])).results[0].error_code).name)
        self.described("describe deleted", "y")
        consumer.group_id = "z"
        self.asks(consumer)
        other = self.thread("ann", group="z", of=of)
        self.heard("streams member to consumer group", other.join())
        self.described("describe consumer group", "z")
        consumer.member_epoch = -1
        self.asks(consumer)
        self.heard("streams member to empty consumer group", other.join())

    def made(self) -> None:
        """Internal topics are made, with as many partitions as they need."""
        self.configure("m")
        of = topology(
            subtopology("0", "rivers", writes=["m-words", "m-pairs"]),
            subtopology("1", "brooks", reads=[internal("m-words", retention_ms="-1")], stores=["m-counts"]),
            subtopology("2", "wide", reads=[internal("m-pairs")], stores=["m-sums"], together=([0], [0])),
            subtopology("3", "brooks", reads=[internal("m-pairs")]),
        )
        ann = self.thread("ann", group="m", of=of)
        ann.join()
        self.wait_ms(1_000)
        answer = ann.beat()
        self.say("made", f"{_status(answer)} {tasks(ann.active)}")
        request = MetadataRequest(
            [MetadataRequestTopic(NO_UUID, name) for name in ("m-words", "m-pairs", "m-counts", "m-sums")]
        )
        for each in self.asks(request).topics:
            self.say(f"size of {each.name}", str(len(each.partitions)))
        ann.leave()


def _with(value: Any, **members: Any) -> Any:
    for name, each in members.items():
        setattr(value, name, each)
    return value


def _status(answer: Any) -> str:
    return "|".join(STATUS[each.status_code] for each in answer.status or ())


def _shown(answer: Any) -> str:
    if answer.error_code:
        return Code(answer.error_code).name
    told = f"{answer.member_epoch} [{_status(answer)}] active {tasks(answer.active_tasks)}"
    told += f" standby {tasks(answer.standby_tasks)} warm-up {tasks(answer.warmup_tasks)}"
    told += f", endpoints {answer.endpoint_information_epoch}"
    for each in sorted(answer.partitions_by_user_endpoint or (), key=lambda each: each.user_endpoint.host):
        active, standby = (
            sorted((each.topic, sorted(each.partitions)) for each in partitions)
            for partitions in (each.active_partitions, each.standby_partitions)
        )
        told += f" {each.user_endpoint.host}:{each.user_endpoint.port} {active} {standby}"
    return told


# Apache Kafka


class Wire:
    """A connection to a broker."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._file = self._socket.makefile("rb")

    def __call__(self, request: Any) -> Any:
        name = type(request).__name__.removesuffix("Request")
        key = next(key for key in NAMES if apis.request(key).name == f"{name}Request")
        message = apis.request(key)
        version = VERSIONS.get(name, message.versions[1])
        is_flexible = version >= message.flexible
        head = struct.pack(">hhih1s", key, version, 1, 1, b"c") + (b"\0" if is_flexible else b"")
        frame = bytearray(head)
        codec.encoder(message, version)(request, frame)
        self._socket.sendall(struct.pack(">i", len(frame)) + frame)
        (size,) = struct.unpack(">i", self._file.read(4))
        answer = self._file.read(size)
        return codec.decode(apis.response(key), version, memoryview(answer)[5 if is_flexible else 4 :])


def main() -> None:
    """Ask Apache Kafka."""
    from bench import peers, servers

    peers.APACHE_KAFKA_CONFIG += "offsets.topic.num.partitions=1\n"
    with tempfile.TemporaryDirectory() as folder, servers.running(peers.apache_kafka(), Path(folder)) as kafka:
        asks = Wire(kafka.place.kafka_port)
        deadline = time.monotonic() + 30
        coordinator = FindCoordinatorRequest("", 0, ["g"])
        described = StreamsGroupDescribeRequest(["g"])
        while asks(coordinator) and asks(described).groups[0].error_code != Code.GROUP_ID_NOT_FOUND:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        lines = Scenario(asks, lambda wait_ms: time.sleep(wait_ms / 1000)).all()
    APACHES.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{APACHES}: {len(lines)} lines\n")


if __name__ == "__main__":
    main()
