"""Amazon Simple Queue Service."""

from weirmq.services.sqs.service import Sqs

SERVICE = Sqs

__all__ = ["SERVICE"]
