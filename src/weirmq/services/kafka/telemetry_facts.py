"""What the log holds of clients' metrics. Added to, never edited."""

from weirmq.engine.machine import Fact


class ClientMetricsConfigured(Fact, tag=77):
    """All configs of a subscription to clients' metrics; without any, it is gone. A snapshot has it too."""

    cluster: int
    subscription: str
    configs: dict[str, str]
