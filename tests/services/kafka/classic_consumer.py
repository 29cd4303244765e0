"""A consumer of the classic protocol that does all that a real one does, heartbeat by heartbeat."""

import struct

from tests.services.kafka.world import Later, World
from weirmq.wire.kafka import codec, consumer_protocol
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages import consumer_protocol_subscription as subscriptions
from weirmq.wire.kafka.messages.consumer_protocol_assignment import ConsumerProtocolAssignment, TopicPartition
from weirmq.wire.kafka.messages.heartbeat_request import HeartbeatRequest
from weirmq.wire.kafka.messages.join_group_request import JoinGroupRequest, JoinGroupRequestProtocol
from weirmq.wire.kafka.messages.join_group_response import JoinGroupResponse
from weirmq.wire.kafka.messages.leave_group_request import LeaveGroupRequest, MemberIdentity
from weirmq.wire.kafka.messages.sync_group_request import SyncGroupRequest, SyncGroupRequestAssignment

SESSION_MS, REBALANCE_MS = 10_000, 60_000
AT_ONCE = {Code.REBALANCE_IN_PROGRESS, Code.ILLEGAL_GENERATION, Code.UNKNOWN_MEMBER_ID, Code.MEMBER_ID_REQUIRED}

Partition = tuple[str, int]


def subscription(*topics: str, owned: set[Partition] = frozenset(), version: int = 3) -> bytes:  # type: ignore[assignment]
    """What a member says of itself."""
    has = [subscriptions.TopicPartition(topic, sorted(at for name, at in owned if name == topic)) for topic in topics]
    value = subscriptions.ConsumerProtocolSubscription(list(topics), owned_partitions=has)
    out = bytearray(struct.pack(">h", version))
    codec.encoder(subscriptions.MESSAGE, version)(value, out)
    return bytes(out)


class ClassicConsumer:
    """A member of `g`. One that is cooperative keeps what it has until it is told to give it up (KIP-429)."""

    def __init__(
        self, world: World, *topics: str, is_cooperative: bool = False, instance: str | None = None, version: int = 3
    ) -> None:
        self.world = world
        self.topics = topics or ("orders",)
        self.is_cooperative = is_cooperative
        self.instance = instance
        self.version = version
        self.id = ""
        self.generation = -1
        self.has: set[Partition] = set()
        self.joins = 0
        self._is_joined = False
        self._joining: Later | None = None
        self._syncing: Later | None = None

    @property
    def protocol(self) -> JoinGroupRequestProtocol:
        owned = self.has if self.is_cooperative else set()
        name = "cooperative-sticky" if self.is_cooperative else "range"
        return JoinGroupRequestProtocol(name, subscription(*self.topics, owned=owned, version=self.version))

    def beat(self) -> int:
        """Do what comes next. Answers the error that came, if one did."""
        if self._joining is not None:
            return self._take_join(self._joining)
        if self._syncing is not None:
            return self._take_sync(self._syncing)
        if not self._is_joined:
            return self._join()
        code = self.world.ask(HeartbeatRequest("g", self.generation, self.id, self.instance)).error_code
        return self._join() if self._refused(code) else 0

    def _refused(self, code: int) -> bool:
        if not code:
            return False
        assert code in AT_ONCE, code
        self._is_joined = False
        if code == Code.UNKNOWN_MEMBER_ID:
            self.id, self.has = "", set()
        if code == Code.ILLEGAL_GENERATION:
            self.has = set()
        return True

    def _join(self) -> int:
        self.joins += 1
        if not self.is_cooperative:
            self.has = set()
        request = JoinGroupRequest("g", SESSION_MS, REBALANCE_MS, self.id, self.instance, "consumer", [self.protocol])
        self._joining = self.world.begin(request, client="app")
        return self._take_join(self._joining)

    def _take_join(self, later: Later) -> int:
        answer: JoinGroupResponse | None = later.answer
        if answer is None:
            return 0
        self._joining = None
        if self._refused(answer.error_code):
            self.id = answer.member_id
            return self._join() if answer.error_code == Code.MEMBER_ID_REQUIRED else answer.error_code
        self.id, self.generation = answer.member_id, answer.generation_id
        assert answer.protocol_name == self.protocol.name
        assignments = self._assign(answer) if answer.leader == self.id else []
        request = SyncGroupRequest(
            "g", self.generation, self.id, self.instance, "consumer", answer.protocol_name, assignments
        )
        self._syncing = self.world.begin(request)
        return self._take_sync(self._syncing)

    def _assign(self, answer: JoinGroupResponse) -> list[SyncGroupRequestAssignment]:
        """As leader: one after the other; of what another one owns, nothing until that one has given it up."""
        said = {each.member_id: consumer_protocol.subscription(each.metadata) for each in answer.members}
        owners = {
            (owned.topic, index): member
            for member, wanted in said.items()
            for owned in wanted.owned_partitions
            for index in owned.partitions
        }
        topics = self.world.kafka.machine.clusters[0].topics
        given: dict[str, list[TopicPartition]] = {member: [] for member in said}
        for topic in sorted({name for wanted in said.values() for name in wanted.topics}):
            takers = sorted(member for member, wanted in said.items() if topic in wanted.topics)
            for index in range(len(topics[topic].partitions)):
                taker = takers[index % len(takers)]
                if owners.get((topic, index), taker) == taker:
                    given[taker].append(TopicPartition(topic, [index]))
        return [
            SyncGroupRequestAssignment(member, consumer_protocol.encoded(ConsumerProtocolAssignment(told), 1))
            for member, told in given.items()
        ]

    def _take_sync(self, later: Later) -> int:
        answer = later.answer
        if answer is None:
            return 0
        self._syncing = None
        if self._refused(answer.error_code):
            return int(answer.error_code)
        told = consumer_protocol.assignment(answer.assignment) if answer.assignment else ConsumerProtocolAssignment()
        before = self.has
        self.has = {(each.topic, index) for each in told.assigned_partitions for index in each.partitions}
        self._is_joined = not (self.is_cooperative and before - self.has)  # or it joins at once, to have that known
        return 0

    def leave(self) -> int:
        """Go, and give up everything."""
        self.has = set()
        self._is_joined, self._joining, self._syncing = False, None, None
        who = MemberIdentity(self.id, self.instance)
        (answer,) = self.world.ask(LeaveGroupRequest("g", "", [who])).members
        return int(answer.error_code)
