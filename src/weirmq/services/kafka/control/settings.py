"""What a cluster can be set to: checked, completed with AWS's defaults, and the listeners that come of it.

| listener | is there where |
|---|---|
| PLAINTEXT | clients needn't encrypt, and needn't say who they are |
| SSL | clients may encrypt, and needn't say who they are, or do so by certificate |
| SASL_SCRAM | SASL/SCRAM is on |
| SASL_IAM | IAM is on |

Sources: https://docs.aws.amazon.com/msk/1.0/apireference/clusters.html,
https://docs.aws.amazon.com/msk/latest/developerguide/msk-authentication.html
"""

import re
from typing import Final

import msgspec

from weirmq.services.kafka.control import errors
from weirmq.services.kafka.control.limits import SUBNETS, THROUGHPUT_MIBPS, VOLUME_GB
from weirmq.services.kafka.control.model import ALL_BROKERS
from weirmq.services.kafka.service import Kafka
from weirmq.wire.aws.types.kafka import (
    BrokerEBSVolumeInfo,
    BrokerNodeGroupInfo,
    ClientAuthentication,
    ConnectivityInfo,
    EncryptionAtRest,
    EncryptionInfo,
    EncryptionInTransit,
    MutableClusterInfo,
    OpenMonitoring,
    ProvisionedRequest,
    ProvisionedThroughput,
    PublicAccess,
    Rebalancing,
    Sasl,
    Unauthenticated,
)
from weirmq.wire.kafka.listeners import PLAINTEXT, SASL_IAM, SASL_SCRAM, SSL

EXPRESS: Final = "express."
PUBLIC: Final = "SERVICE_PROVIDED_EIPS"
PRIVATE: Final = "DISABLED"

_INSTANCE: Final = re.compile(r"(?:kafka|express)\.[a-z0-9]+\.[a-z0-9]+")
_LISTENERS: Final = {"TLS": (SSL,), "PLAINTEXT": (PLAINTEXT,), "TLS_PLAINTEXT": (PLAINTEXT, SSL)}


def of_request(kafka: Kafka, asked: ProvisionedRequest) -> MutableClusterInfo:
    """The settings of a new cluster. Raises BadRequest."""
    nodes = asked.BrokerNodeGroupInfo
    _check_nodes(nodes, asked.NumberOfBrokerNodes)
    settings = MutableClusterInfo(
        BrokerEBSVolumeInfo=_volumes(nodes),
        ConfigurationInfo=asked.ConfigurationInfo,
        NumberOfBrokerNodes=asked.NumberOfBrokerNodes,
        EnhancedMonitoring=asked.EnhancedMonitoring or "DEFAULT",
        OpenMonitoring=msgspec.convert(msgspec.to_builtins(asked.OpenMonitoring), OpenMonitoring | None),
        KafkaVersion=asked.KafkaVersion,
        LoggingInfo=asked.LoggingInfo,
        InstanceType=nodes.InstanceType,
        ClientAuthentication=_authentication(asked.ClientAuthentication),
        EncryptionInfo=encryption(asked.EncryptionInfo),
        ConnectivityInfo=nodes.ConnectivityInfo or ConnectivityInfo(PublicAccess=PublicAccess(Type=PRIVATE)),
        StorageMode=asked.StorageMode or "LOCAL",
        Rebalancing=asked.Rebalancing or _rebalancing(nodes.InstanceType),
    )
    _check_new(settings)
    check(kafka, settings)
    return settings


def _check_nodes(nodes: BrokerNodeGroupInfo, brokers: int) -> None:
    subnets = nodes.ClientSubnets
    fewest, most = SUBNETS
    if not fewest <= len(subnets) <= most or len(set(subnets)) != len(subnets):
        raise errors.bad("clientSubnets", "Specify two or three subnets, each in an Availability Zone of its own.")
    if brokers % len(subnets):
        raise errors.bad(
            "numberOfBrokerNodes",
            "The number of broker nodes must be a multiple of Availability Zones in the Client Subnets parameter.",
        )
    check_instance(nodes.InstanceType, "instanceType")


def check_instance(kind: str, parameter: str) -> None:
    """Raises BadRequest for what is no type of a broker."""
    if not _INSTANCE.fullmatch(kind):
        raise errors.bad(parameter, f"Unsupported InstanceType [{kind}]. It is of the form kafka.m7g.large.")


def _volumes(nodes: BrokerNodeGroupInfo) -> list[BrokerEBSVolumeInfo] | None:
    storage = nodes.StorageInfo.EbsStorageInfo if nodes.StorageInfo else None
    if nodes.InstanceType.startswith(EXPRESS):
        if storage is not None:
            raise errors.bad("storageInfo", "The storage of Express brokers can't be chosen.")
        return None
    if storage is None:
        return [BrokerEBSVolumeInfo(KafkaBrokerNodeId=ALL_BROKERS, VolumeSizeGB=100)]
    check_throughput(storage.ProvisionedThroughput)
    return [
        BrokerEBSVolumeInfo(
            KafkaBrokerNodeId=ALL_BROKERS,
            VolumeSizeGB=storage.VolumeSize or 100,
            ProvisionedThroughput=storage.ProvisionedThroughput,
        )
    ]


def check_volume(size_gb: int) -> None:
    """Raises BadRequest for a volume that no broker has."""
    if not 1 <= size_gb <= VOLUME_GB:
        raise errors.bad("volumeSizeGB", f"The volume of a broker has 1 to {VOLUME_GB} GiB.")


def check_throughput(given: ProvisionedThroughput | None) -> None:
    """Raises BadRequest for a throughput that can't be provisioned."""
    low, high = THROUGHPUT_MIBPS
    if given is None:
        return
    if given.Enabled and not low <= (given.VolumeThroughput or 0) <= high:
        raise errors.bad("provisionedThroughput", f"Provisioned throughput is {low} to {high} MiB a second.")
    if not given.Enabled and given.VolumeThroughput:
        raise errors.bad("provisionedThroughput", "There is a throughput, but provisioned throughput isn't enabled.")


def _authentication(given: ClientAuthentication | None) -> ClientAuthentication:
    return given or ClientAuthentication(Unauthenticated=Unauthenticated(Enabled=True))


def encryption(given: EncryptionInfo | None) -> EncryptionInfo:
    """What is encrypted, completed with AWS's defaults."""
    transit = given.EncryptionInTransit if given else None
    return EncryptionInfo(
        EncryptionAtRest=(given.EncryptionAtRest if given else None) or EncryptionAtRest(DataVolumeKMSKeyId=""),
        EncryptionInTransit=EncryptionInTransit(
            ClientBroker=(transit.ClientBroker if transit else None) or "TLS",
            InCluster=transit is None or transit.InCluster is not False,
        ),
    )


def _rebalancing(instance: str) -> Rebalancing | None:
    return Rebalancing(Status="ACTIVE") if instance.startswith(EXPRESS) else None


def _check_new(settings: MutableClusterInfo) -> None:
    connectivity = settings.ConnectivityInfo
    if is_public(settings) or (connectivity and connectivity.VpcConnectivity):
        raise errors.bad(
            "connectivityInfo",
            "Public access and multi-VPC connectivity can't be turned on while a cluster is created. Create it, and "
            "turn them on by UpdateConnectivity.",
        )


def check(kafka: Kafka, settings: MutableClusterInfo) -> None:
    """Refuse settings that don't fit together, or that nothing would come of. Raises BadRequest."""
    if settings.StorageMode == "TIERED":
        raise errors.not_here("storageMode", "There is no tiered storage here.")
    if settings.Rebalancing and not (settings.InstanceType or "").startswith(EXPRESS):
        raise errors.bad("rebalancing", "Intelligent rebalancing is for clusters with Express brokers.")
    _check_authentication(kafka, settings)
    _check_connectivity(settings)
    if not listeners(settings):
        raise errors.bad("clientAuthentication", "With these settings no client could reach the cluster.")


def _check_authentication(kafka: Kafka, settings: MutableClusterInfo) -> None:
    ways = authentications(settings)
    if not ways:
        raise errors.bad("clientAuthentication", "At least one way of client authentication must be enabled.")
    if in_transit(settings) == "PLAINTEXT" and ways != {"Unauthenticated"}:
        raise errors.bad(
            "clientBroker", "Client authentication needs TLS between clients and brokers: ClientBroker is PLAINTEXT."
        )
    if "Tls" in ways and not kafka.demands_certificates:
        raise errors.not_here(
            "clientAuthentication",
            "Clients' certificates are checked where the server's config file names their CA, in a [[kafka_listeners]] "
            "table for SSL.",
        )
    if "Unauthenticated" in ways and not kafka.is_open:
        raise errors.not_here(
            "clientAuthentication",
            "Unauthenticated access is for servers without users: enable SASL/SCRAM or IAM, and disable it.",
        )


def _check_connectivity(settings: MutableClusterInfo) -> None:
    connectivity = settings.ConnectivityInfo
    if connectivity is None:
        return
    if connectivity.NetworkType == "DUAL":
        raise errors.not_here("networkType", "Brokers are reached as the server is: there are no second addresses.")
    kind = connectivity.PublicAccess.Type if connectivity.PublicAccess else None
    if kind not in {None, PRIVATE, PUBLIC}:
        raise errors.bad("publicAccess", f"Valid values are {PRIVATE} and {PUBLIC}.")
    if is_public(settings) and ("Unauthenticated" in authentications(settings) or in_transit(settings) != "TLS"):
        raise errors.bad(
            "publicAccess", "Public access needs client authentication, TLS, and no unauthenticated access."
        )
    if missing := private_links(settings) - authentications(settings):
        ways = ", ".join(sorted(missing))
        raise errors.bad("vpcConnectivity", f"The cluster has no client authentication by {ways}.")


def is_public(settings: MutableClusterInfo) -> bool:
    """Whether public access is on."""
    access = settings.ConnectivityInfo.PublicAccess if settings.ConnectivityInfo else None
    return access is not None and access.Type == PUBLIC


def in_transit(settings: MutableClusterInfo) -> str:
    """What clients and brokers speak."""
    transit = settings.EncryptionInfo.EncryptionInTransit if settings.EncryptionInfo else None
    return (transit.ClientBroker if transit else None) or "TLS"


def authentications(settings: MutableClusterInfo) -> set[str]:
    """The ways in which clients may say who they are: Scram, Iam, Tls, Unauthenticated."""
    given = settings.ClientAuthentication
    if given is None:
        return set()
    sasl = given.Sasl or Sasl()
    ways = {"Scram": sasl.Scram, "Iam": sasl.Iam, "Tls": given.Tls, "Unauthenticated": given.Unauthenticated}
    found = {way for way, setting in ways.items() if setting is not None and setting.Enabled}
    if given.Tls is not None and given.Tls.Enabled is None and given.Tls.CertificateAuthorityArnList:
        found.add("Tls")  # older clients don't say that it is enabled
    return found


def private_links(settings: MutableClusterInfo) -> set[str]:
    """The ways in which clients in other VPCs may."""
    link = settings.ConnectivityInfo.VpcConnectivity if settings.ConnectivityInfo else None
    given = link.ClientAuthentication if link else None
    if given is None:
        return set()
    scram, iam = (given.Sasl.Scram, given.Sasl.Iam) if given.Sasl else (None, None)
    ways = {"Scram": scram, "Iam": iam, "Tls": given.Tls}
    return {way for way, setting in ways.items() if setting is not None and setting.Enabled}


def listeners(settings: MutableClusterInfo) -> list[str]:
    """What each broker listens with."""
    ways, spoken = authentications(settings), _LISTENERS[in_transit(settings)]
    found = []
    if PLAINTEXT in spoken and "Unauthenticated" in ways:
        found.append(PLAINTEXT)
    if SSL in spoken and ways & {"Unauthenticated", "Tls"}:
        found.append(SSL)
    found += [SASL_SCRAM] if "Scram" in ways else []
    found += [SASL_IAM] if "Iam" in ways else []
    return found
