"""CreateAcls, DescribeAcls, DeleteAcls."""

from weirmq.services.kafka import access_facts as facts
from weirmq.services.kafka.acls import (
    CLUSTER_NAME,
    Acl,
    AclFilter,
    Operation,
    PatternType,
    Permission,
    ResourceType,
)
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.service import Kafka
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.create_acls_request import AclCreation, CreateAclsRequest
from weirmq.wire.kafka.messages.create_acls_response import AclCreationResult, CreateAclsResponse
from weirmq.wire.kafka.messages.delete_acls_request import DeleteAclsFilter, DeleteAclsRequest
from weirmq.wire.kafka.messages.delete_acls_response import (
    DeleteAclsFilterResult,
    DeleteAclsMatchingAcl,
    DeleteAclsResponse,
)
from weirmq.wire.kafka.messages.describe_acls_request import DescribeAclsRequest
from weirmq.wire.kafka.messages.describe_acls_response import (
    AclDescription,
    DescribeAclsResource,
    DescribeAclsResponse,
)

DENIED = "Cluster authorization failed."


# CreateAcls


def create_acls(kafka: Kafka, ask: Ask, request: CreateAclsRequest) -> CreateAclsResponse:
    """Have more ACLs, each for itself. Those that are there already are taken too."""
    if not kafka.authorizer.may(ask, Operation.ALTER, ResourceType.CLUSTER):
        denied = AclCreationResult(Code.CLUSTER_AUTHORIZATION_FAILED, DENIED)
        return CreateAclsResponse(0, [denied] * len(request.creations))
    cluster = kafka.cluster(ask)
    results = []
    new: dict[Acl, None] = {}
    for each in request.creations:
        fault = _fault(each)
        results.append(AclCreationResult(Code.INVALID_REQUEST if fault else Code.NONE, fault or None))
        acl = _acl(each)
        if not fault and acl not in cluster.acls:
            new[acl] = None
    if new and (code := kafka.record(ask.now_ms, facts.AclsCreated(cluster.number, list(new)))):
        for told in results:
            told.error_code = told.error_code or code
    return CreateAclsResponse(0, results)


def _acl(asked: AclCreation) -> Acl:
    return Acl(
        asked.resource_type,
        asked.resource_pattern_type,
        asked.resource_name,
        asked.principal,
        asked.host,
        asked.operation,
        asked.permission_type,
    )


def _fault(asked: AclCreation) -> str:
    """What is wrong with an ACL; "" for nothing."""
    if not ResourceType.TOPIC <= asked.resource_type <= ResourceType.USER:
        return f"Invalid resourceType {asked.resource_type}"
    if asked.resource_type == ResourceType.CLUSTER and asked.resource_name != CLUSTER_NAME:
        return f"The only valid name for the CLUSTER resource is {CLUSTER_NAME}"
    if asked.resource_pattern_type not in {PatternType.LITERAL, PatternType.PREFIXED}:
        return f"Invalid patternType {asked.resource_pattern_type}"
    if not Operation.ALL <= asked.operation <= Operation.TWO_PHASE_COMMIT:
        return f"Invalid operation {asked.operation}"
    if asked.permission_type not in {Permission.DENY, Permission.ALLOW}:
        return f"Invalid permissionType {asked.permission_type}"
    if not asked.resource_name:
        return "Invalid empty resource name"
    if ":" not in asked.principal:
        return (
            f"Could not parse principal from `{asked.principal}` (no colon is present separating the principal type "
            "from the principal name)"
        )
    return ""


# DescribeAcls


def describe_acls(kafka: Kafka, ask: Ask, request: DescribeAclsRequest) -> DescribeAclsResponse:
    """The ACLs that a filter takes, by resource."""
    if not kafka.authorizer.may(ask, Operation.DESCRIBE, ResourceType.CLUSTER):
        return DescribeAclsResponse(0, Code.CLUSTER_AUTHORIZATION_FAILED, DENIED)
    if fault := _filter_fault(request):
        return DescribeAclsResponse(0, Code.INVALID_REQUEST, fault)
    wanted = _filter(request)
    found: dict[tuple[int, str, int], list[AclDescription]] = {}
    for acl in kafka.cluster(ask).acls:
        if wanted.takes(acl):
            told = AclDescription(acl.principal, acl.host, acl.operation, acl.permission)
            found.setdefault((acl.resource_type, acl.name, acl.pattern_type), []).append(told)
    resources = [DescribeAclsResource(*resource, acls) for resource, acls in found.items()]
    return DescribeAclsResponse(0, 0, None, resources)


def _filter(asked: DescribeAclsRequest | DeleteAclsFilter) -> AclFilter:
    return AclFilter(
        asked.resource_type_filter,
        asked.pattern_type_filter,
        asked.resource_name_filter,
        asked.principal_filter,
        asked.host_filter,
        asked.operation,
        asked.permission_type,
    )


def _filter_fault(asked: DescribeAclsRequest | DeleteAclsFilter) -> str:
    """What is wrong with a filter; "" for nothing."""
    is_known = (
        ResourceType.ANY <= asked.resource_type_filter <= ResourceType.USER
        and PatternType.ANY <= asked.pattern_type_filter <= PatternType.PREFIXED
    )
    if not is_known:
        return "Unknown patternFilter."
    is_known = (
        Operation.ANY <= asked.operation <= Operation.TWO_PHASE_COMMIT
        and Permission.ANY <= asked.permission_type <= Permission.ALLOW
    )
    return "" if is_known else "Unknown entryFilter."


# DeleteAcls


def delete_acls(kafka: Kafka, ask: Ask, request: DeleteAclsRequest) -> DeleteAclsResponse:
    """Have no more what filters take; an ACL is told of with each filter that takes it."""
    if not kafka.authorizer.may(ask, Operation.ALTER, ResourceType.CLUSTER):
        denied = DeleteAclsFilterResult(Code.CLUSTER_AUTHORIZATION_FAILED, DENIED)
        return DeleteAclsResponse(0, [denied] * len(request.filters))
    cluster = kafka.cluster(ask)
    results = []
    gone: dict[Acl, None] = {}
    for each in request.filters:
        if fault := _filter_fault(each):
            results.append(DeleteAclsFilterResult(Code.INVALID_REQUEST, fault))
            continue
        wanted = _filter(each)
        matching = [acl for acl in cluster.acls if wanted.takes(acl)]
        gone.update(dict.fromkeys(matching))
        results.append(DeleteAclsFilterResult(0, None, [_matching(acl) for acl in matching]))
    if gone and (code := kafka.record(ask.now_ms, facts.AclsDeleted(cluster.number, list(gone)))):
        results = [DeleteAclsFilterResult(each.error_code or code) for each in results]
    return DeleteAclsResponse(0, results)


def _matching(acl: Acl) -> DeleteAclsMatchingAcl:
    return DeleteAclsMatchingAcl(
        0,
        None,
        acl.resource_type,
        acl.name,
        acl.pattern_type,
        acl.principal,
        acl.host,
        acl.operation,
        acl.permission,
    )
