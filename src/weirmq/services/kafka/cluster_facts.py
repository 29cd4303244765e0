"""What the log holds of clusters beside the default one. Added to, never edited, as facts.py."""

from weirmq.engine.machine import Fact


class BrokersAdded(Fact, tag=40):
    """A cluster has `brokers` of them now."""

    cluster: int
    brokers: int


class PortsTaken(Fact, tag=41):
    """Brokers of a cluster have these listeners at these ports: (broker, listener, port)."""

    cluster: int
    ports: list[tuple[int, str, int]]


class ListenersClosed(Fact, tag=61):
    """The brokers of a cluster have these listeners no more."""

    cluster: int
    listeners: list[str]


class ClusterRemoved(Fact, tag=42):
    """With all that is in it. Its number is never used again."""

    cluster: int
