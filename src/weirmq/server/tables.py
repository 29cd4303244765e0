"""The tables of the config file: how each is read, and what of a wrong one may be said."""

from pathlib import Path
from typing import TypeVar

import msgspec

from weirmq.server.users import ConfigError


class Table(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A table. Its keys are its fields."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"  # passwords and keys have no business in a log or a traceback


T = TypeVar("T", bound=Table)


def read_table(raw: object, kind: type[T], where: str, *, without: str = "") -> T:
    """A table as its struct; `without` is a field that is no key. Raises ConfigError, which names the member, and never
    a value that may be secret.
    """
    if not isinstance(raw, dict):
        raise ConfigError(f"{where} must be a table")
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        keys = ", ".join(key for key in kind.__struct_fields__ if key != without)
        raise ConfigError(f"{where}: {error}; its keys are {keys}") from None


def file_of(folder: Path, path: str, where: str, key: str) -> str:
    """The path of a file that must be there, under `key`. Raises ConfigError."""
    found = below(folder, path)
    if found and not Path(found).is_file():
        raise ConfigError(f"{where}: {key}: {found} is no file")
    return found


def below(folder: Path, path: str) -> str:
    """A path of the config file, as seen from the folder that the file lies in; absolute, for any process."""
    return str((folder / Path(path).expanduser()).absolute()) if path else ""
