"""The delegation tokens of a cluster, by their ids and by digests of their passwords."""

from collections.abc import Iterator
from hashlib import sha256

from weirmq.services.kafka.token_facts import DelegationTokenSet


class Tokens:
    """Only `machine.py` changes it."""

    def __init__(self) -> None:
        self._by_id: dict[str, DelegationTokenSet] = {}
        self._by_digest: dict[bytes, str] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[DelegationTokenSet]:
        return iter(self._by_id.values())

    def get(self, token_id: str) -> DelegationTokenSet | None:
        """The token with an id."""
        return self._by_id.get(token_id)

    def of_password(self, password: bytes) -> DelegationTokenSet | None:
        """The token with a password."""
        return self._by_id.get(self._by_digest.get(digest(password), ""))

    def put(self, token: DelegationTokenSet) -> None:
        """It is there, or another one than before."""
        self._by_id[token.token_id] = token
        self._by_digest[token.digest] = token.token_id

    def drop(self, token_id: str) -> None:
        """It is gone."""
        del self._by_digest[self._by_id.pop(token_id).digest]


def digest(password: bytes) -> bytes:
    """What tells a password from others. It is random, so nobody finds it out by its digest."""
    return sha256(password).digest()
