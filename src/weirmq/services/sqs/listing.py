"""Queues in the order of their names, a page at a time."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from weirmq.services.sqs import errors
from weirmq.services.sqs.limits import LISTED

_AFTER_ALL = "\U0010ffff"  # sorts after every letter of a name


class Page(NamedTuple):
    """Some names, and the token that leads on."""

    names: list[str]
    next_token: str | None


class Directory:
    """The names of all queues, by account and region."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], list[str]] = {}
        self._unsorted: set[tuple[str, str]] = set()

    def add(self, account: str, region: str, name: str) -> None:
        """There is one more."""
        self._names.setdefault((account, region), []).append(name)
        self._unsorted.add((account, region))

    def remove(self, account: str, region: str, name: str) -> None:
        """There is one less."""
        names = self.names(account, region)
        del names[bisect_left(names, name)]

    def names(self, account: str, region: str) -> list[str]:
        """The names of an account's queues in a region, sorted. Not to be changed."""
        names = self._names.get((account, region), [])
        if (account, region) in self._unsorted:
            names.sort()  # quick, for all but the last few are sorted already
            self._unsorted.remove((account, region))
        return names


def page(names: list[str], prefix: str, max_results: int | None, next_token: str | None) -> Page:
    """The page of the sorted `names` with `prefix` that a request asks for. Raises InvalidParameterValue."""
    if max_results is not None and not 1 <= max_results <= LISTED:
        raise errors.bad_parameter(max_results, "MaxResults", f"MaxResults must be an integer between 1 and {LISTED}.")
    start = bisect_right(names, _last_of(next_token, prefix)) if next_token else bisect_left(names, prefix)
    end = bisect_right(names, prefix + _AFTER_ALL)
    stop = min(end, start + (max_results or LISTED))
    found = names[start:stop]
    return Page(found, _token(prefix, found[-1]) if max_results and stop < end else None)


def _token(prefix: str, last: str) -> str:
    return urlsafe_b64encode(json.dumps([prefix, last]).encode()).decode()


def _last_of(token: str, prefix: str) -> str:
    """The name that the page before ended with."""
    try:
        found = json.loads(urlsafe_b64decode(token))
    except (ValueError, RecursionError):
        found = None
    match found:
        case [str(its_prefix), str(last)] if its_prefix == prefix and last.startswith(prefix):
            return last
    raise errors.bad_parameter(token, "NextToken", "It is not a token that this request was given.")
