"""What an HTTP/2 connection takes of the server's budget of memory, and what it does when that is used up."""

from typing import TYPE_CHECKING

from weirmq.server.exchange import Peer
from weirmq.wire.http2_session import Session

if TYPE_CHECKING:
    from weirmq.server.http import Budget


class Charge:
    """The account of one connection."""

    __slots__ = ("_budget", "_charged", "_peer", "_promised", "_session")

    def __init__(self, budget: "Budget", session: Session, peer: Peer) -> None:
        self._budget = budget
        self._session = session
        self._peer = peer
        self._charged = 0  # bytes
        self._promised = 0  # those of requests that are whole and not answered

    def promise(self, size: int) -> None:
        """A request of `size` bytes is whole: its answer gives them back."""
        self._promised += size
        self._budget.promised += size

    def redeem(self, size: int) -> None:
        """It is answered, or nobody waits for the answer any more."""
        self._promised -= size
        self._budget.promised -= size

    def settle(self) -> None:
        """Bring the budget up to date."""
        session = self._session
        taken = session.held + session.backlog + self._promised
        more, self._charged = taken - self._charged, taken
        budget = self._budget
        budget.owe(self._peer, session.unsent)
        if budget.is_owing:
            budget.let_slow_go()
        if more > 0:
            budget.used += more
        elif more < 0 or session.withheld:
            if session.withheld and not taken + session.unsent:  # it has nothing to wait with
                self._peer.room()
            budget.give(-more)

    def is_over(self) -> bool:
        """The budget is used up, and this connection is to wait. It is told by its `room` when there is some again."""
        budget, session = self._budget, self._session
        if budget.used <= budget.limit_bytes or not self._charged + session.unsent or session.withheld:
            return False
        if self._peer.half_sent and budget.favours(self._peer):
            return False
        session.withheld = True
        budget.wait(self._peer)
        return True

    def let_go(self) -> None:
        """Of everything: the connection is closed."""
        self._budget.forget(self._peer)
        self._budget.owe(self._peer, 0)
        self.redeem(self._promised)
        charged, self._charged = self._charged, 0
        self._budget.give(charged)
