"""The service: its machine, the streams of the engine, and what every handler needs."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from weirmq.engine.journal import Journal
from weirmq.engine.machine import Fact
from weirmq.engine.service import Operation
from weirmq.engine.streams import Stream, Streams
from weirmq.engine.waiting import Waiting
from weirmq.kernel.errors import NoRoom
from weirmq.kernel.ids import Entropy
from weirmq.services.kafka import facts
from weirmq.services.kafka.ask import Api, Ask, Connection, Place, PortOpener, WhenAnswered
from weirmq.services.kafka.authorizer import Authorizer
from weirmq.services.kafka.cleaner import Cleaner
from weirmq.services.kafka.clusters import UUID_BYTES, make_default
from weirmq.services.kafka.completions import Completions
from weirmq.services.kafka.consumer_groups import ConsumerGroups
from weirmq.services.kafka.fetch_sessions import FetchSessions
from weirmq.services.kafka.fetches import Fetches
from weirmq.services.kafka.group_configs import GROUP_CONFIGS
from weirmq.services.kafka.groups import Groups
from weirmq.services.kafka.machine import KafkaMachine
from weirmq.services.kafka.model import DEFAULT_CLUSTER, Cluster, Partition, Topic
from weirmq.services.kafka.offset_expiry import OffsetExpiry
from weirmq.services.kafka.producers import Producers
from weirmq.services.kafka.rolling import Newest
from weirmq.services.kafka.share_groups import ShareGroups
from weirmq.services.kafka.share_partitions import SharePartitions
from weirmq.services.kafka.share_sessions import ShareSessions
from weirmq.services.kafka.standing_fetches import StandingFetches
from weirmq.services.kafka.streams_groups import StreamsGroups
from weirmq.services.kafka.sweeping import Sweeper
from weirmq.services.kafka.telemetry_clients import TelemetryClients
from weirmq.services.kafka.throttle import Throttle
from weirmq.services.kafka.topic_patterns import TopicPatterns
from weirmq.services.kafka.verifiers import Verifiers
from weirmq.wire.kafka.codes import Code
from weirmq.wire.sasl.scram import Verifier

if TYPE_CHECKING:
    from weirmq.services.kafka.replication import Replicator

PRODUCER_IDS: Final = 1_000  # taken at a time, as Kafka's controller hands them out in blocks


class Kafka:
    """MSK."""

    name = "kafka"
    unsigned: frozenset[str] = frozenset()

    def __init__(self, journal: Journal, streams: Streams, waiting: Waiting, entropy: Entropy) -> None:
        self.journal = journal
        self.streams = streams
        self.entropy = entropy
        self.machine = KafkaMachine()
        self.throttle = Throttle(self)
        self.authorizer = Authorizer(self.machine.clusters)
        self.authorizer.standings = self.machine.control.standings
        self.cleaner = Cleaner(self)
        self.sweeper = self.machine.sweeper = Sweeper(self)
        self.fetches = Fetches(waiting)
        self.fetch_sessions = FetchSessions(self.fetches, entropy)
        self.standing_fetches = StandingFetches(self.fetches)
        self.groups = Groups(entropy)
        self.consumer_groups = ConsumerGroups()
        self.streams_groups = StreamsGroups()
        self.telemetry = TelemetryClients()
        self.topic_patterns = TopicPatterns()
        self.share_groups = ShareGroups()
        self.share_partitions = SharePartitions(self)
        self.share_sessions = ShareSessions(self)
        self.completions = Completions(self, waiting)
        self.offset_expiry = OffsetExpiry(self)
        self._watch_groups()
        self.replicator = self._make_replicator()
        self._produce_plain = self._make_produce_plain()
        streams.readers.append(self.fetches.signal)
        self.producers: dict[str, Producers] = {}  # by the name of a partition's log; the logs say what is in them
        self.log_dir = "/"  # the folder that the logs are in; the shell knows it
        self.opener: PortOpener | None = None  # the shell; None where it opens no ports
        self.ports: dict[Place, int] = {}  # those that are open
        self.default_brokers = 1  # of the default cluster
        self.newest: dict[str, Newest] = {}  # segments, by the name of a partition's log; as they are needed
        self.verifiers = Verifiers()  # the shell's
        self.scram_verifiers: dict[tuple[str, str], Verifier] = {}  # of users of the shell, and of tokens
        self.is_open = True  # whether somebody may come in without saying who
        self.demands_certificates = False  # whether listeners named SSL check those of clients
        self.secret_of: Callable[[str], str | None] = lambda _arn: None  # Secrets Manager's, by ARN
        self.on_groups_due: Callable[[int], None]
        self.on_share_groups_due: Callable[[int], None]
        self.on_streams_groups_due: Callable[[int], None]
        self._next_producer = self._last_producer = 0

    def _watch_groups(self) -> None:
        from weirmq.services.kafka import consumer_membership, rebalancing, share_membership, streams_membership

        self.on_groups_due = partial(consumer_membership.expire, self)
        self.on_share_groups_due = partial(share_membership.expire, self)
        self.on_streams_groups_due = partial(streams_membership.expire, self)
        self.groups.on_member_due = partial(rebalancing.expire, self.groups)
        self.groups.on_rebalance_due = partial(rebalancing.complete, self.groups)

    def _make_replicator(self) -> "Replicator":
        from weirmq.services.kafka.replication import Replicator

        return Replicator(self)

    def _make_produce_plain(self) -> Callable[[Cluster, int, memoryview, int], bytes | None]:
        from weirmq.services.kafka.producing import produce_plain

        return partial(produce_plain, self)

    @property
    def offset_groups(self) -> tuple[Groups, ConsumerGroups, StreamsGroups]:
        """The groups that read by offsets, kind by kind: all but those that share."""
        return self.groups, self.consumer_groups, self.streams_groups

    @property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation of MSK's control plane. (Their modules name this class, too.)"""
        from weirmq.services.kafka.control.api import OPERATIONS

        return OPERATIONS

    @property
    def apis(self) -> Mapping[int, Api]:
        """All APIs that are offered. (Their modules name this class, so they are imported when it stands.)"""
        from weirmq.services.kafka.apis import APIS

        return APIS

    def unsupported(self) -> Any:
        """The answer to an ApiVersions of a version that isn't spoken (KIP-511)."""
        from weirmq.services.kafka.apis import unsupported

        return unsupported()

    def run(self, api: Api, ask: Ask, request: Any) -> Any:
        """Answer a request, within the quotas of whoever asks. As a handler: None where the answer comes later."""
        cluster = self.machine.clusters.get(ask.cluster)
        if cluster is None or not cluster.quotas:
            return api.function(self, ask, request)
        return self.throttle.run(api, ask, request, cluster.quotas)

    def quick(self, connection: Connection, place: Place, frame: memoryview, now_ms: int) -> bytes | None:
        """The answer to a Produce that is as most are."""
        cluster = self.plain_cluster(connection, place.cluster)
        return None if cluster is None else self._produce_plain(cluster, place.broker, frame, now_ms)

    def waits_again(
        self, connection: Connection, place: Place, frame: memoryview, now_ms: int, answered: WhenAnswered
    ) -> bool:
        """Whether the request is the fetch that the connection sent before, and waits as that did."""
        if self.plain_cluster(connection, place.cluster) is None:
            return False
        return self.standing_fetches.again(connection, frame, now_ms, answered)

    def plain_cluster(self, connection: Connection, number: int) -> Cluster | None:
        """A cluster, if there is nothing to look at in it but topics for those who ask by this connection."""
        cluster = self.machine.clusters.get(number)
        if cluster is None or cluster.configs or cluster.quotas or cluster.acls or connection.caller is not None:
            return None
        return cluster if self.authorizer.rules.allows_unlisted else None

    def came(self, connection: Connection, place: Place, now_ms: int) -> None:
        """A client is there."""
        cluster = self.machine.clusters.get(place.cluster)
        if cluster is not None and cluster.quotas:
            self.throttle.came(connection, place.cluster, cluster.quotas, now_ms)

    def left(self, connection: Connection) -> None:
        """A client is gone: nobody waits for what it asked."""
        self.fetches.left(connection)
        self.standing_fetches.left(connection)
        self.fetch_sessions.left(connection)
        self.share_sessions.left(connection)

    def commit(self, now_ms: int, *found: Fact, urgent: bool = True) -> None:
        """Record facts and let them take effect. Answers wait for urgent ones. Raises NoRoom, LogFailed."""
        self.journal.commit(self.machine, found, now_ms, urgent=urgent)

    def record(self, now_ms: int, *found: Fact, full: Code = Code.KAFKA_STORAGE_ERROR) -> Code:
        """The same; answers NONE, or `full` where the disk is. Raises LogFailed."""
        try:
            self.commit(now_ms, *found)
        except NoRoom:
            return full
        return Code.NONE

    # Clusters, topics, partitions

    def cluster(self, ask: Ask) -> Cluster:
        """The cluster whose port was asked. The default one is made when somebody first asks it.

        Raises NoRoom, and KeyError where it was removed while the request waited.
        """
        found = self.machine.clusters.get(ask.cluster)
        if found is None and ask.cluster == DEFAULT_CLUSTER:
            return make_default(self, ask.now_ms)
        return found or self.machine.clusters[ask.cluster]

    def port(self, ask: Ask, broker: int) -> int:
        """Where a broker of the same cluster has the same listener: a client can reach it as it reached this one."""
        return self.ports[Place(ask.cluster, broker, ask.listener)]

    def log(self, partition: Partition) -> Stream:
        """The records of a partition."""
        return self.streams.stream(partition.log)

    def start(self, partition: Partition) -> int:
        """The offset of a partition's oldest record that readers may have."""
        return max(self.log(partition).first, partition.low)

    def new_uuid(self) -> bytes:
        """Random, and neither of the two ids that Kafka keeps for itself."""
        while (found := self.entropy.take(UUID_BYTES))[:15] == bytes(15):
            pass
        return found

    def forget(self, topic: Topic) -> None:
        """A topic is gone: nobody needs what was known of its logs."""
        for partition in topic.partitions:
            self.producers.pop(partition.log, None)
            self.newest.pop(partition.log, None)
            self.cleaner.forget(partition.log)
            self.fetches.signal(partition.log)
        self.share_partitions.prune()

    def group_config(self, key: tuple[int, str], name: str) -> str:
        """What a group's config is, by cluster and group."""
        return self.machine.group_configs.get(key, {}).get(name, GROUP_CONFIGS[name].default)

    def group_number(self, key: tuple[int, str], name: str) -> int:
        """The same, of one that is a number."""
        return int(self.group_config(key, name))

    # Producer ids

    def new_producer(self, now_ms: int) -> int:
        """An id that no producer has had. Raises NoRoom."""
        if self._next_producer >= self._last_producer:
            first = self.machine.next_producer
            self.commit(now_ms, facts.ProducerIdsTaken(first + PRODUCER_IDS))
            self._next_producer, self._last_producer = first, first + PRODUCER_IDS
        self._next_producer += 1
        return self._next_producer - 1

    # What the shell asks and tells

    def settle(self) -> None:
        """After a start: what a crash left of a managed cluster and of its Kafka cluster comes or goes together.

        Raises NoRoom, LogFailed.
        """
        from weirmq.services.kafka.control.settling import settle

        settle(self, self.journal.latest_ms)

    def secret_changed(self, arn: str, now_ms: int) -> None:
        """A secret has another value, or is gone. Raises NoRoom."""
        from weirmq.services.kafka.control.scram_secrets import secret_changed

        secret_changed(self, arn, now_ms)

    def log_groups(self) -> set[str]:
        """The groups of all logs that belong to topics."""
        clusters = self.machine.clusters.values()
        known = {topic.group for cluster in clusters for topic in cluster.topics.values()}
        return known | {name.partition("/")[0] for name in self.machine.condemned}

    def logs_removed(self, names: Sequence[str], now_ms: int) -> None:
        """These logs are gone from the disk. Raises NoRoom."""
        mine = [name for name in names if name in self.machine.condemned]
        if mine:
            self.commit(now_ms, facts.LogsRemoved(mine))
            self.sweeper.removed(mine)
