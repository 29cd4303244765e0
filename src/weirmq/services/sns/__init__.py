"""Amazon Simple Notification Service."""

from weirmq.services.sns.service import Sns

SERVICE = Sns

__all__ = ["SERVICE"]
