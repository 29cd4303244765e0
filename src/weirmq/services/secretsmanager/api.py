"""Which function answers which operation."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, NoReturn

from weirmq.engine.service import Call, Operation
from weirmq.services.secretsmanager import deletion, errors, listing, policies, secrets, tags, values
from weirmq.services.secretsmanager.service import Secrets
from weirmq.wire.aws.model import load

_THERE: Final[Mapping[str, Operation]] = {
    "CreateSecret": secrets.create_secret,
    "DeleteResourcePolicy": policies.delete_resource_policy,
    "DeleteSecret": deletion.delete_secret,
    "DescribeSecret": secrets.describe_secret,
    "GetResourcePolicy": policies.get_resource_policy,
    "GetSecretValue": values.get_secret_value,
    "ListSecretVersionIds": listing.list_secret_version_ids,
    "ListSecrets": listing.list_secrets,
    "PutResourcePolicy": policies.put_resource_policy,
    "PutSecretValue": values.put_secret_value,
    "RestoreSecret": deletion.restore_secret,
    "TagResource": tags.tag_resource,
    "UntagResource": tags.untag_resource,
    "UpdateSecret": secrets.update_secret,
    "UpdateSecretVersionStage": values.update_secret_version_stage,
}


def _refuse(name: str, _service: Secrets, _call: Call, _request: Any) -> NoReturn:
    raise errors.no_such_operation(name)


OPERATIONS: Final[Mapping[str, Operation]] = {
    name: _THERE.get(name) or partial(_refuse, name) for name in load("secretsmanager").operations
}
