"""Lists, a page at a time: by number, which is the order in which things were made."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Collection
from typing import Final, NamedTuple

from weirmq.services.sns import errors
from weirmq.services.sns.limits import LISTED

_TOKEN: Final = re.compile(r"after:([0-9]{1,18})")


class Page(NamedTuple):
    """Some numbers, and the token that leads on."""

    numbers: list[int]
    next_token: str | None


def page(all_numbers: Collection[int], token: str | None, most: int = LISTED) -> Page:
    """The page that a request asks for; `all_numbers` grow. Raises InvalidParameter for a token that is none."""
    numbers = list(all_numbers)
    start = bisect_right(numbers, _last_of(token)) if token else 0
    found = numbers[start : start + most]
    return Page(found, _token(found[-1]) if start + most < len(numbers) else None)


def _token(last: int) -> str:
    return urlsafe_b64encode(f"after:{last}".encode()).decode()


def _last_of(token: str) -> int:
    """The number that the page before ended with."""
    try:
        found = _TOKEN.fullmatch(urlsafe_b64decode(token).decode())
    except ValueError:
        found = None
    if found is None:
        raise errors.bad_parameter("NextToken")
    return int(found[1])
