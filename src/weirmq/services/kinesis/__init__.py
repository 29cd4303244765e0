"""Amazon Kinesis Data Streams."""

from weirmq.services.kinesis.service import Kinesis

SERVICE = Kinesis

__all__ = ["SERVICE"]
