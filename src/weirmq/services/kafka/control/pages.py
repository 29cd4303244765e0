"""Lists, a page at a time, in the order of a key. What comes and goes between two pages hides nothing else."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from weirmq.services.kafka.control import errors
from weirmq.services.kafka.control.limits import LISTED

T = TypeVar("T")

_TOKEN: Final = re.compile(r"after:(.{1,1000})", re.DOTALL)


def page(
    found: Iterable[T], key: Callable[[T], str], token: str | None, most: int | None
) -> tuple[list[T], str | None]:
    """The page of `found` that a request asks for, and the token that leads on. Raises BadRequest for one that is
    none.
    """
    last = _last_of(token) if token is not None else ""
    left = sorted((each for each in found if key(each) > last), key=key)
    shown = left[: most or LISTED]
    return shown, _token(key(shown[-1])) if len(shown) < len(left) else None


def _token(last: str) -> str:
    return urlsafe_b64encode(f"after:{last}".encode()).decode()


def _last_of(token: str) -> str:
    """The key that the page before ended with."""
    try:
        found = _TOKEN.fullmatch(urlsafe_b64decode(token).decode())
    except ValueError:
        found = None
    if found is None:
        raise errors.bad_token()
    return found[1]
