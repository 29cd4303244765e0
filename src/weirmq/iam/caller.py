"""Who asks. Made once for each access key, and handed along with each of its requests."""

from base64 import b32encode
from hashlib import sha256

import msgspec

from weirmq.iam.policy import Policy

_USER_ID_CHARS = 17  # after AIDA, as in AROADBQP57FF2AEXAMPLE: the IAM user guide, "Unique identifiers"


class Caller(msgspec.Struct, frozen=True):
    """A principal: the root of an account, a user of it, or an AWS service that acts for itself.

    `user_id` is what GetCallerIdentity and SQS's SenderId say: the account for root, `AIDA...` for a user. `username`
    is set for users only, `service` (`sns.amazonaws.com`) for services only. A service belongs to no account.
    `settled` is what evaluate.py has found this caller to be allowed: (action, resource) -> under which resource's
    policy.
    """

    account: str
    arn: str
    user_id: str
    access_key: str = ""
    username: str = ""
    service: str = ""
    is_root: bool = False
    policies: tuple[Policy, ...] = ()
    settled: dict[tuple[str, str], Policy | None] = msgspec.field(default_factory=dict)


def root_of(account: str, access_key: str = "", partition: str = "aws") -> Caller:
    """The root user of an account: allowed all that is the account's own."""
    return Caller(account, f"arn:{partition}:iam::{account}:root", account, access_key, is_root=True)


def user_of(
    account: str, name: str, access_key: str = "", policies: tuple[Policy, ...] = (), partition: str = "aws"
) -> Caller:
    """A user of an account: allowed what `policies`, or the policies of resources, say."""
    digest = b32encode(sha256(f"{account}/{name}".encode()).digest()).decode()
    user_id = f"AIDA{digest[:_USER_ID_CHARS]}"
    return Caller(account, f"arn:{partition}:iam::{account}:user/{name}", user_id, access_key, name, policies=policies)


def service_of(name: str) -> Caller:
    """An AWS service by the name of its principal, e.g. `sns.amazonaws.com`: allowed what resources' policies say."""
    return Caller("", name, name, service=name)
