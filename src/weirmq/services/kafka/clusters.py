"""Clusters: made, grown and removed while the server runs, and where their brokers are reached.

A broker is a set of ports, one for each listener, and its part in the cluster's partitions and groups. All brokers of
all clusters are in this process and share the rest with it.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from weirmq.services.kafka import facts
from weirmq.services.kafka.ask import Place
from weirmq.services.kafka.cluster_facts import BrokersAdded, ClusterRemoved, ListenersClosed, PortsTaken
from weirmq.services.kafka.model import DEFAULT_CLUSTER, Cluster, brokers_of
from weirmq.wire.kafka.listeners import PLAINTEXT

if TYPE_CHECKING:
    from weirmq.engine.machine import Fact
    from weirmq.services.kafka.service import Kafka

CLUSTER_ID_LETTERS: Final = 22  # a UUID in base64 without padding, as Kafka makes it
UUID_BYTES: Final = 16
ANY: Final = 0  # port


class NoPort(Exception):  # noqa: N818 - says what is so, not that something went wrong
    """There is no port for a listener; nothing has changed."""


def make_cluster(kafka: "Kafka", now_ms: int, brokers: int, listeners: Sequence[str] = (PLAINTEXT,)) -> Cluster:
    """A new cluster, whose brokers can be reached at once. Raises NoPort, NoRoom, ValueError."""
    number = kafka.machine.next_cluster
    if brokers < 1 or not listeners:
        raise ValueError("a cluster has one broker and one listener at least")
    with _opened(kafka, [Place(number, broker, each) for broker in brokers_of(brokers) for each in listeners]) as taken:
        kafka.commit(now_ms, facts.ClusterMade(number, new_id(kafka), brokers), taken)
    return kafka.machine.clusters[number]


def make_default(kafka: "Kafka", now_ms: int) -> Cluster:
    """The cluster that is there without any call: made when somebody first asks it. Raises NoRoom."""
    fact = facts.ClusterMade(DEFAULT_CLUSTER, new_id(kafka), kafka.default_brokers)
    kafka.commit(now_ms, fact)
    return kafka.machine.clusters[DEFAULT_CLUSTER]


def set_default(kafka: "Kafka", now_ms: int, brokers: int) -> None:
    """Let the default cluster have so many brokers. Raises NoRoom, ValueError."""
    cluster = kafka.machine.clusters.get(DEFAULT_CLUSTER)
    known = len(cluster.brokers) if cluster else 0
    if brokers < known:
        raise ValueError(f"the default cluster has {known} brokers, and none of them can be taken away")
    if cluster and brokers > known:
        kafka.commit(now_ms, BrokersAdded(DEFAULT_CLUSTER, brokers))
    kafka.default_brokers = brokers


def new_id(kafka: "Kafka") -> str:
    """What the clients of a cluster are told."""
    return urlsafe_b64encode(kafka.entropy.take(UUID_BYTES))[:CLUSTER_ID_LETTERS].decode()


def grow_cluster(kafka: "Kafka", now_ms: int, cluster: Cluster, brokers: int) -> None:
    """Have so many brokers. The leaders of partitions stay where they are. Raises NoPort, NoRoom, ValueError."""
    if cluster.number == DEFAULT_CLUSTER:
        raise ValueError("how many brokers the default cluster has is an option of the server")
    if brokers < len(cluster.brokers):
        raise ValueError(f"the cluster has {len(cluster.brokers)} brokers, and none of them can be taken away")
    added = brokers_of(brokers)[len(cluster.brokers) :]
    if added:
        places = [Place(cluster.number, broker, each) for broker in added for each in cluster.listeners]
        with _opened(kafka, places) as taken:
            kafka.commit(now_ms, BrokersAdded(cluster.number, brokers), taken)


def remove_cluster(kafka: "Kafka", now_ms: int, cluster: Cluster) -> None:
    """Remove a cluster with its topics and their logs, and close its ports. Raises NoRoom, ValueError."""
    if cluster.number == DEFAULT_CLUSTER:
        raise ValueError("the default cluster can't be removed")
    kafka.commit(now_ms, ClusterRemoved(cluster.number))
    _close(kafka, [place for place in kafka.ports if place.cluster == cluster.number])
    for topic in cluster.topics.values():
        kafka.forget(topic)
    for groups in (*kafka.offset_groups, kafka.share_groups):
        groups.forget(cluster.number)
    kafka.telemetry.forget(cluster.number)


def set_listeners(kafka: "Kafka", now_ms: int, cluster: Cluster, listeners: Sequence[str]) -> None:
    """Have these listeners: others are closed, with their connections. Raises NoPort, NoRoom."""
    added = [each for each in listeners if each not in cluster.listeners]
    gone = [each for each in cluster.listeners if each not in listeners]
    if added:
        places = [Place(cluster.number, broker, each) for broker in cluster.brokers for each in added]
        with _opened(kafka, places) as taken:
            kafka.commit(now_ms, taken)
    if gone:
        kafka.commit(now_ms, ListenersClosed(cluster.number, gone))
        _close(kafka, [each for each in kafka.ports if each.cluster == cluster.number and each.listener in gone])


def restart_broker(kafka: "Kafka", now_ms: int, cluster: Cluster, broker: int) -> None:
    """Close a broker's connections, and listen again where it did, or, if somebody was faster, elsewhere.

    Raises NoPort, NoRoom.
    """
    for place in [each for each in kafka.ports if each[:2] == (cluster.number, broker)]:
        port = kafka.ports[place]
        _close(kafka, [place])
        try:
            _open(kafka, place, port)
        except NoPort:
            _open(kafka, place, ANY)
            kafka.commit(now_ms, PortsTaken(cluster.number, [(broker, place.listener, kafka.ports[place])]))


def endpoints(kafka: "Kafka", cluster: Cluster, listener: str) -> list[tuple[int, int]]:
    """Broker and port of each broker's listener."""
    places = [Place(cluster.number, broker, listener) for broker in cluster.brokers]
    return [(place.broker, kafka.ports[place]) for place in places if place in kafka.ports]


# Ports


@contextmanager
def _opened(kafka: "Kafka", places: Sequence[Place]) -> "Iterator[Fact]":
    """Open a port for each place; close them again where what is done meanwhile fails. Raises NoPort."""
    try:
        for place in places:
            _open(kafka, place, ANY)
        ports = [(place.broker, place.listener, kafka.ports[place]) for place in places]
        yield PortsTaken(places[0].cluster, ports)
    except BaseException:
        _close(kafka, [place for place in places if place in kafka.ports])
        raise


def _open(kafka: "Kafka", place: Place, port: int) -> None:
    if kafka.opener is None:
        raise NoPort("The Kafka ports of this server are closed.")
    try:
        kafka.ports[place] = kafka.opener.open(place, port)
    except OSError as error:
        raise NoPort(f"No port for listener {place.listener} of broker {place.broker}: {error}") from error


def _close(kafka: "Kafka", places: Iterable[Place]) -> None:
    for place in places:
        del kafka.ports[place]
        if kafka.opener is not None:
            kafka.opener.close(place)


def reopen(kafka: "Kafka", now_ms: int) -> list[Place]:
    """Open the ports of all clusters but the default one after a start. Returns whose port was taken by somebody else
    meanwhile: those have another one, which is recorded. Raises NoPort, NoRoom.
    """
    moved = []
    for cluster in kafka.machine.clusters.values():
        for (broker, listener), port in cluster.ports.items():
            place = Place(cluster.number, broker, listener)
            try:
                _open(kafka, place, port)
            except NoPort:
                moved.append(place)
    for place in moved:  # once all others have theirs
        _open(kafka, place, ANY)
        taken = [(place.broker, place.listener, kafka.ports[place])]
        kafka.commit(now_ms, PortsTaken(place.cluster, taken))
    return moved
