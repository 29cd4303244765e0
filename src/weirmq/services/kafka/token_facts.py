"""What the log holds of delegation tokens. Added to, never edited."""

from typing import Final

from weirmq.engine.machine import Fact
from weirmq.kernel.clock import HOUR_MS

TOKEN_KNOWN_MS: Final = HOUR_MS  # for so long an expired one is known (delegation.token.expiry.check.interval.ms)


class DelegationTokenSet(Fact, tag=78):
    """A token is there, or expires at another time than before. A snapshot has it too.

    `owner`, who logs in with it, `requester` and `renewers` are the names of principals of type User. Its password is
    made of the server's secret and its id, so it stands nowhere; `digest` is its SHA-256.
    """

    cluster: int
    token_id: str
    digest: bytes
    owner: str
    requester: str
    renewers: list[str]
    issued_ms: int
    max_ms: int  # it can't be renewed beyond that
    expires_ms: int


class DelegationTokenDropped(Fact, tag=79):
    """It is gone."""

    cluster: int
    token_id: str
