"""What the log holds of who may do what, and how much. Like all facts: added to, never edited."""

from weirmq.engine.machine import Fact
from weirmq.services.kafka.acls import Acl


class AclsCreated(Fact, tag=35):
    """A cluster has these ACLs too. A snapshot has all of a cluster's in one."""

    cluster: int
    acls: list[Acl]


class QuotasSet(Fact, tag=37):
    """An entity, (type, name) of each of its parts, has these quotas and no others. A snapshot has one for each."""

    cluster: int
    entity: list[tuple[str, str | None]]
    values: dict[str, float]


class AclsDeleted(Fact, tag=36):
    """A cluster has these no more."""

    cluster: int
    acls: list[Acl]
