"""Who may do what: callers, policies, and the decision. `authorize` is the one question that services ask."""

from weirmq.iam.evaluate import authorize

__all__ = ["authorize"]
