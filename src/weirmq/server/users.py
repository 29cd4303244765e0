"""The `[[users]]` of the config file, and the one error that a wrong configuration is."""

import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec

from weirmq.iam.errors import PolicyError
from weirmq.iam.policy import Kind, Policy
from weirmq.iam.policy import read as read_policy

ROOT = "root"

_ACCOUNT = re.compile(r"[0-9]{12}")
# What fits between the slashes and commas of a signature's credential. AWS's own keys are 16 to 128 word characters.
_ACCESS_KEY = re.compile(r"[\w.@+=-]{3,128}", re.ASCII)
_NAME = re.compile(r"[\w.@+=,-]{1,64}", re.ASCII)  # the IAM user guide, "IAM and AWS STS quotas"


class ConfigError(Exception):
    """A configuration that can't be used. The message names the file, flag or variable, and what is allowed."""


class User(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Somebody who may sign requests. `policies` are IAM policy documents, which say all that the user may do.

    The user named `root` is the root of the account: allowed everything in it, without policies. A key that has a
    `session_token` is refused without that token, and from `session_expires` on.
    """

    name: str
    access_key: str
    secret: str
    account: str = "000000000000"
    policies: tuple[dict[str, Any], ...] = ()
    session_token: str = ""
    session_expires: Annotated[datetime, msgspec.Meta(tz=True)] | None = None

    def __repr__(self) -> str:
        return f"User({self.name!r}, {self.access_key!r})"  # a secret has no business in a log or a traceback


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises ConfigError where it can't be read."""
    import tomllib  # a start without a config file does without

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from None


def read_users(tables: object, path: Path) -> tuple[User, ...]:
    """The users that the file at `path` lists. A policy is a table or the path of a JSON file. Raises ConfigError."""
    if not isinstance(tables, list):
        raise ConfigError(f"{path}: users must be [[users]] tables")
    found: list[User] = []
    for number, table in enumerate(tables, 1):
        user = _read_user(table, f"{path}: [[users]] number {number}", path.parent)
        for other in found:
            if user.access_key == other.access_key:
                raise ConfigError(f"{path}: users {other.name} and {user.name} have the same access_key")
        found.append(user)
    return tuple(found)


def policies_of(user: User, where: str) -> tuple[Policy, ...]:
    """The policies of a user, who stands at `where`. Raises ConfigError for one that can't be used."""
    if user.name == ROOT and user.policies:
        raise ConfigError(f"{where}: the root of an account is allowed everything, so it can't have policies")
    found = []
    for number, document in enumerate(user.policies):
        try:
            found.append(read_policy(document, Kind.IDENTITY))
        except PolicyError as error:
            raise ConfigError(f"{where}: policies[{number}]: {error}") from None
    return tuple(found)


def _read_user(table: object, where: str, folder: Path) -> User:
    if not isinstance(table, dict):
        raise ConfigError(f"{where}: must be a table")
    policies = table.get("policies", [])
    if not isinstance(policies, list):
        raise ConfigError(f"{where}: policies must be a list of tables and of paths of JSON files")
    try:
        user = msgspec.convert(table | {"policies": [_read_policy(each, where, folder) for each in policies]}, User)
    except msgspec.ValidationError as error:
        # The message names the member and its type, never the value, so no secret gets out.
        keys = ", ".join(User.__struct_fields__)
        raise ConfigError(f"{where}: {error}; its keys are {keys}") from None
    if not _NAME.fullmatch(user.name):
        raise ConfigError(f"{where}: name must be 1 to 64 letters, digits and _+=,.@-")
    if not _ACCESS_KEY.fullmatch(user.access_key):
        raise ConfigError(f"{where}: access_key must be 3 to 128 letters, digits and _+=.@-")
    if not user.secret:
        raise ConfigError(f"{where}: secret must not be empty")
    if not _ACCOUNT.fullmatch(user.account):
        raise ConfigError(f"{where}: account must be 12 digits")
    policies_of(user, where)
    return user


def _read_policy(policy: object, where: str, folder: Path) -> dict[str, Any]:
    """A policy document: as it stands, or read from the JSON file that it names."""
    if isinstance(policy, dict):
        return policy
    if not isinstance(policy, str):
        raise ConfigError(f"{where}: a policy must be a table or the path of a JSON file")
    path = folder / Path(policy).expanduser()
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except OSError as error:
        raise ConfigError(f"{where}: policy {path}: can't be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{where}: policy {path}: is not a JSON object: {error}") from None
