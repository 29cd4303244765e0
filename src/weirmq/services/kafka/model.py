"""Clusters, topics and partitions, as the machine knows them. The records are in the logs of the engine's streams."""

from collections.abc import Sequence
from typing import Final
from zlib import crc32

from weirmq.services.kafka.acls import Acls
from weirmq.services.kafka.broker_defaults import topic_defaults
from weirmq.services.kafka.client_quotas import Quotas
from weirmq.services.kafka.facts import ProducersNoted
from weirmq.services.kafka.scram_facts import ScramCredentialSet
from weirmq.services.kafka.tokens import Tokens

DEFAULT_CLUSTER: Final = 0  # the cluster that is there without any call
FIRST_BROKER: Final = 1
NAME_SHOWN: Final = 160  # letters of a topic's name in that of its folder, which has 255 bytes at most
LEADER_EPOCH: Final = 0  # a partition has one owner for good, which never gives up what readers have seen


class Cluster:
    """One Kafka cluster. Only `machine.py` changes it.

    `ports` are those of (broker, listener), the same after each start; the default cluster's are options of the server.
    """

    __slots__ = (
        "acls", "alike", "brokers", "by_id", "changes", "client_metrics", "configs", "id", "number", "ports", "quotas",
        "scram", "tokens", "topic_defaults", "topics",
    )  # fmt: skip

    def __init__(self, number: int, cluster_id: str, brokers: int) -> None:
        self.number = number
        self.id = cluster_id
        self.brokers = brokers_of(brokers)
        self.ports: dict[tuple[int, str], int] = {}
        self.topics: dict[str, Topic] = {}
        self.by_id: dict[bytes, Topic] = {}
        self.alike: dict[str, dict[str, None]] = {}  # names of topics that differ in dots and underscores alone
        self.changes = 0  # how often a topic has come or gone
        self.acls = Acls()
        self.quotas = Quotas()
        self.configs: dict[str, str] = {}  # of all brokers, where they were changed
        self.scram: dict[str, dict[str, ScramCredentialSet]] = {}  # by user, by mechanism
        self.client_metrics: dict[str, dict[str, str]] = {}  # the configs of subscriptions to clients' metrics
        self.tokens = Tokens()
        self.topic_defaults: dict[str, str] = {}  # what those say of topics

    def add(self, topic: "Topic") -> None:
        """Let a topic be found."""
        self.topics[topic.name] = self.by_id[topic.id] = topic
        self.alike.setdefault(likeness(topic.name), {})[topic.name] = None
        self.changes += 1

    def remove(self, topic: "Topic") -> None:
        """A topic is gone."""
        del self.topics[topic.name], self.by_id[topic.id]
        names = self.alike[likeness(topic.name)]
        del names[topic.name]
        if not names:
            del self.alike[likeness(topic.name)]
        self.changes += 1

    def configure(self, configs: dict[str, str]) -> None:
        """Let brokers go by these configs, and topics for which nothing else is said."""
        self.configs, self.topic_defaults = configs, topic_defaults(configs)
        for topic in self.topics.values():
            topic.configure(topic.given)

    def coordinator(self, key: str) -> int:
        """The id of the broker that clients ask about `key`, a group or a transactional id."""
        return self.brokers[crc32(key.encode()) % len(self.brokers)]

    @property
    def listeners(self) -> list[str]:
        """What each of its brokers has."""
        return list(dict.fromkeys(listener for _, listener in self.ports))


def likeness(name: str) -> str:
    """What the names of topics have in common that Kafka takes for alike: names of metrics have no dots."""
    return name.replace(".", "_")


def brokers_of(count: int) -> range:
    """The ids of so many brokers."""
    return range(FIRST_BROKER, FIRST_BROKER + count)


class Topic:
    """One topic. `given` are the configs that were set, `configs` those and the cluster's; the others are Kafka's."""

    __slots__ = ("cluster", "configs", "created_ms", "given", "group", "id", "name", "partitions")

    def __init__(self, cluster: Cluster, name: str, topic_id: bytes, given: dict[str, str], created_ms: int) -> None:
        self.cluster = cluster
        self.name = name
        self.id = topic_id
        self.configure(given)
        self.created_ms = created_ms
        self.group = f"kafka-{cluster.number}-{name[:NAME_SHOWN]}-{topic_id.hex()}"  # of its logs in the engine
        self.partitions: list[Partition] = []

    def configure(self, given: dict[str, str]) -> None:
        """Go by these configs, and by the cluster's where they say nothing."""
        defaults = self.cluster.topic_defaults
        self.given, self.configs = given, defaults | given if defaults else given

    def grow(self, count: int, replicas: Sequence[Sequence[int]] = ()) -> None:
        """Have `count` partitions. `replicas` are the brokers of each that is new; empty: the first broker has all."""
        first = len(self.partitions)
        for index in range(first, count):
            self.partitions.append(Partition(self, index, replicas[index - first] if replicas else (FIRST_BROKER,)))


class Partition:
    """One partition. `replicas` are the brokers that have it, of which the first leads it. `low` is the offset below
    which records were deleted by request, `clean` the one below which there is one record a key, `note` the newest one
    of its producers.
    """

    __slots__ = ("clean", "index", "leader", "log", "low", "note", "replicas", "topic")

    def __init__(self, topic: Topic, index: int, replicas: Sequence[int]) -> None:
        self.topic = topic
        self.index = index
        self.log = f"{topic.group}/{index:09}"
        self.low = self.clean = 0
        self.note: ProducersNoted | None = None
        self.replicas = list(replicas)
        self.leader = self.replicas[0]
