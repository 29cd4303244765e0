"""Access tokens of applications, kept until they end."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, NamedTuple

from weirmq.engine.errands import Outcome

MOST_KEPT: Final = 1_000
_SPARE_MS: Final = 60_000  # a token that ends sooner isn't used any more


class Token(NamedTuple):
    """What a platform takes for proof, and until when."""

    text: str
    ends_ms: int


class _Kept(NamedTuple):
    secret: str
    making: "asyncio.Task[Token | Outcome]"

    def is_good(self, secret: str, now_ms: int) -> bool:
        """Whether it is made of `secret`, and will hold for a while. One that is being made is good."""
        if secret != self.secret:
            return False
        if not self.making.done():
            return True
        if self.making.cancelled() or self.making.exception() is not None:
            return False
        made = self.making.result()
        return isinstance(made, Token) and now_ms + _SPARE_MS < made.ends_ms


class Tokens:
    """The tokens of all applications, by ARN."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    async def get(
        self, application: str, secret: str, now_ms: int, make: Callable[[], Coroutine[Any, Any, Token | Outcome]]
    ) -> str | Outcome:
        """The token that belongs to `secret`, or why there is none. It is made once for all who wait for it.

        Raises what `make` raises.
        """
        kept = self._kept.get(application)
        if kept is None or not kept.is_good(secret, now_ms):
            self.forget(application)
            kept = self._kept[application] = _Kept(secret, asyncio.create_task(make()))
            if len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]
        made = await asyncio.shield(kept.making)
        return made if isinstance(made, Outcome) else made.text

    def forget(self, application: str) -> None:
        """The platform does not take the token any more."""
        self._kept.pop(application, None)
