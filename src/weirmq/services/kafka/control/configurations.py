"""Configurations: a name for a server.properties file, and for all that it was.

Source: https://docs.aws.amazon.com/msk/latest/developerguide/msk-configuration-operations.html
"""

import re
from typing import Final

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel import arn
from weirmq.services.kafka.control import errors, server_properties, versions
from weirmq.services.kafka.control.facts import ConfigurationCreated, ConfigurationDeleted, ConfigurationRevised
from weirmq.services.kafka.control.limits import CONFIGURATIONS, REVISIONS
from weirmq.services.kafka.control.model import Configuration, Revision
from weirmq.services.kafka.control.pages import page
from weirmq.services.kafka.control.resources import find, new_id
from weirmq.services.kafka.service import Kafka
from weirmq.wire.aws.scalars import Iso8601
from weirmq.wire.aws.types import kafka as types
from weirmq.wire.aws.types.kafka import (
    ConfigurationInfo,
    ConfigurationRevision,
    CreateConfigurationRequest,
    CreateConfigurationResponse,
    DeleteConfigurationRequest,
    DeleteConfigurationResponse,
    DescribeConfigurationRequest,
    DescribeConfigurationResponse,
    DescribeConfigurationRevisionRequest,
    DescribeConfigurationRevisionResponse,
    ListConfigurationRevisionsRequest,
    ListConfigurationRevisionsResponse,
    ListConfigurationsRequest,
    ListConfigurationsResponse,
    UpdateConfigurationRequest,
    UpdateConfigurationResponse,
)

_NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,127}")


def _find(kafka: Kafka, call: Call, arn: str, action: str) -> Configuration:
    """Raises BadRequest, AccessDenied, NotFound."""
    return find(call, kafka.machine.control.configurations, arn, "configuration", action, "arn")


def _of_account(kafka: Kafka, call: Call) -> list[Configuration]:
    where = (call.caller.account, call.region)
    return [each for each in kafka.machine.control.configurations.values() if (each.account, each.region) == where]


def create_configuration(kafka: Kafka, call: Call, request: CreateConfigurationRequest) -> CreateConfigurationResponse:
    """A new configuration, with its first revision. Raises BadRequest, Conflict."""
    account, region, name = call.caller.account, call.region, request.Name
    authorize(call, "kafka:CreateConfiguration", arn.build("kafka", region, account, f"configuration/{name}/*"))
    if not _NAME.fullmatch(name):
        raise errors.bad("name", "The parameter value contains one or more characters that are not valid.")
    for version in request.KafkaVersions or ():
        versions.check(version, "kafkaVersions")
    server_properties.checked(request.ServerProperties)
    known = _of_account(kafka, call)
    if any(each.name == name for each in known):
        raise errors.conflict("name", "A resource with this name already exists.")
    if len(known) >= CONFIGURATIONS:
        raise errors.bad("name", f"An account has at most {CONFIGURATIONS} configurations.")
    fact = ConfigurationCreated(
        account, region, name, new_id(kafka.entropy), request.Description or "", list(request.KafkaVersions or ()),
        request.ServerProperties,
    )  # fmt: skip
    kafka.commit(call.now_ms, fact)
    made = next(each for each in _of_account(kafka, call) if each.name == name)
    return CreateConfigurationResponse(
        Arn=made.arn,
        CreationTime=Iso8601(made.created_ms),
        LatestRevision=_shown(made.latest),
        Name=name,
        State="ACTIVE",
    )


def _shown(revision: Revision) -> ConfigurationRevision:
    return ConfigurationRevision(
        CreationTime=Iso8601(revision.created_ms), Description=revision.description or None, Revision=revision.number
    )


def describe_configuration(
    kafka: Kafka, call: Call, request: DescribeConfigurationRequest
) -> DescribeConfigurationResponse:
    """A configuration. Raises BadRequest, NotFound."""
    found = _find(kafka, call, request.Arn, "DescribeConfiguration")
    return DescribeConfigurationResponse(
        Arn=found.arn,
        CreationTime=Iso8601(found.created_ms),
        Description=found.description,
        KafkaVersions=found.versions,
        LatestRevision=_shown(found.latest),
        Name=found.name,
        State="ACTIVE",
    )


def describe_configuration_revision(
    kafka: Kafka, call: Call, request: DescribeConfigurationRevisionRequest
) -> DescribeConfigurationRevisionResponse:
    """What a configuration said. Raises BadRequest, NotFound."""
    found = _find(kafka, call, request.Arn, "DescribeConfigurationRevision")
    revision = found.revision(request.Revision)
    if revision is None:
        raise errors.not_found("revision")
    return DescribeConfigurationRevisionResponse(
        Arn=found.arn,
        CreationTime=Iso8601(revision.created_ms),
        Description=revision.description,
        Revision=revision.number,
        ServerProperties=revision.properties,
    )


def update_configuration(kafka: Kafka, call: Call, request: UpdateConfigurationRequest) -> UpdateConfigurationResponse:
    """A further revision. Clusters stay with theirs. Raises BadRequest, NotFound."""
    found = _find(kafka, call, request.Arn, "UpdateConfiguration")
    server_properties.checked(request.ServerProperties)
    if len(found.revisions) >= REVISIONS:
        raise errors.bad("arn", f"A configuration has at most {REVISIONS} revisions.")
    kafka.commit(call.now_ms, ConfigurationRevised(found.arn, request.Description or "", request.ServerProperties))
    return UpdateConfigurationResponse(Arn=found.arn, LatestRevision=_shown(found.latest))


def delete_configuration(kafka: Kafka, call: Call, request: DeleteConfigurationRequest) -> DeleteConfigurationResponse:
    """Forget a configuration with all its revisions. Raises BadRequest, also while a cluster has it; NotFound."""
    found = _find(kafka, call, request.Arn, "DeleteConfiguration")
    for cluster in kafka.machine.control.clusters.values():
        used = cluster.settings.ConfigurationInfo
        if used is not None and used.Arn == found.arn:
            raise errors.bad("arn", f"The configuration is in use by the cluster {cluster.name}.")
    kafka.commit(call.now_ms, ConfigurationDeleted(found.arn))
    return DeleteConfigurationResponse(Arn=found.arn, State="DELETING")


def list_configurations(kafka: Kafka, call: Call, request: ListConfigurationsRequest) -> ListConfigurationsResponse:
    """The configurations of the account in the region, by name. Raises BadRequest for a token that is none."""
    authorize(call, "kafka:ListConfigurations", "*")
    found, token = page(_of_account(kafka, call), lambda each: each.name, request.NextToken, request.MaxResults)
    shown = [
        types.Configuration(
            Arn=each.arn,
            CreationTime=Iso8601(each.created_ms),
            Description=each.description,
            KafkaVersions=each.versions,
            LatestRevision=_shown(each.latest),
            Name=each.name,
            State="ACTIVE",
        )
        for each in found
    ]
    return ListConfigurationsResponse(Configurations=shown, NextToken=token)


def list_configuration_revisions(
    kafka: Kafka, call: Call, request: ListConfigurationRevisionsRequest
) -> ListConfigurationRevisionsResponse:
    """All revisions of a configuration, the newest first. Raises BadRequest, NotFound."""
    configuration = _find(kafka, call, request.Arn, "ListConfigurationRevisions")
    found, token = page(
        configuration.revisions,
        lambda each: f"{REVISIONS - each.number:04}",
        request.NextToken,
        request.MaxResults,
    )
    return ListConfigurationRevisionsResponse(Revisions=[_shown(each) for each in found], NextToken=token)


def properties_of(kafka: Kafka, call: Call, info: ConfigurationInfo | None) -> dict[str, str]:
    """What the brokers of a cluster with this configuration go by. Raises BadRequest where there is none."""
    if info is None:
        return dict(server_properties.MSK_DEFAULTS)
    found = kafka.machine.control.configurations.get(info.Arn)
    if found is None or (found.account, found.region) != (call.caller.account, call.region):
        raise errors.bad("configurationInfo", f"There is no configuration {info.Arn}.")
    revision = found.revision(info.Revision)
    if revision is None:
        raise errors.bad("configurationInfo", f"The configuration has no revision {info.Revision}.")
    return {**server_properties.MSK_DEFAULTS, **server_properties.parse(revision.properties)}
