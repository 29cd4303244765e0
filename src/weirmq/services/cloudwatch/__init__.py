"""The part of Amazon CloudWatch that clients of the messaging services send their metrics to."""

from weirmq.services.cloudwatch.service import CloudWatch

SERVICE = CloudWatch

__all__ = ["SERVICE"]
