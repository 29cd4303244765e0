"""Apache Kafka's protocol, and Amazon MSK's control plane over it."""

from weirmq.services.kafka.service import Kafka

SERVICE = Kafka

__all__ = ["SERVICE"]
