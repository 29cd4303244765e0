"""What text messages need to know of phones: each account's settings in each region, and how facts change them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from weirmq.engine.machine import Fact
from weirmq.kernel.clock import DAY_MS, SECOND_MS
from weirmq.services.sns import facts


class SandboxNumber(msgspec.Struct, array_like=True):
    """A number that a sandbox knows. `changed_ms` is when it was verified, or its last password was sent.

    `sent_ms` are the times of the passwords of the last day, `missed` how often another than the current was tried.
    """

    password: str
    changed_ms: int
    sent_ms: list[int]
    is_verified: bool = False
    missed: int = 0


class PhonesPart(msgspec.Struct, array_like=True, tag=42):
    """One account's in one region."""

    account: str
    region: str
    attributes: dict[str, str]
    opted_out: dict[str, int]
    opted_in: dict[str, int]
    spent: tuple[str, int]
    sandbox: dict[str, SandboxNumber]


class Texting:
    """One account's settings for text messages in one region. Only Phones changes it."""

    __slots__ = ("attributes", "opted_in_ms", "opted_out_ms", "sandbox", "spent_in", "spent_micro_usd")

    def __init__(self) -> None:
        self.attributes: dict[str, str] = {}  # as set by callers
        self.opted_out_ms: dict[str, int] = {}  # since when, by number
        self.opted_in_ms: dict[str, int] = {}  # when last, by number
        self.spent_in = ""  # the month, as 2030-01
        self.spent_micro_usd = 0  # in that month
        self.sandbox: dict[str, SandboxNumber] = {}

    def spent_by(self, now_ms: int) -> int:
        """What was spent in the month of `now_ms`, in millionths of a US dollar."""
        return self.spent_micro_usd if self.spent_in == month_of(now_ms) else 0


class Phones:
    """All accounts' settings for text messages, by account and region."""

    def __init__(self) -> None:
        self.accounts: dict[tuple[str, str], Texting] = {}

    def of(self, account: str, region: str) -> Texting:
        """An account's settings in a region; not to be changed."""
        return self.accounts.get((account, region)) or Texting()

    def appliers(self) -> dict[type[Fact], Callable[[Any, int, int], None]]:
        """What to do for which fact."""
        return {
            facts.SmsAttributesSet: self._attributes_set,
            facts.OptedOut: self._opted_out,
            facts.OptedIn: self._opted_in,
            facts.SmsCharged: self._charged,
            facts.SandboxNumberAdded: self._sandbox_number_added,
            facts.SandboxPasswordMissed: self._sandbox_password_missed,
            facts.SandboxNumberVerified: self._sandbox_number_verified,
            facts.SandboxNumberDeleted: self._sandbox_number_deleted,
        }

    def _changed(self, account: str, region: str) -> Texting:
        return self.accounts.setdefault((account, region), Texting())

    def _attributes_set(self, fact: facts.SmsAttributesSet, _offset: int, _now_ms: int) -> None:
        self._changed(fact.account, fact.region).attributes = fact.attributes

    def _opted_out(self, fact: facts.OptedOut, _offset: int, now_ms: int) -> None:
        self._changed(fact.account, fact.region).opted_out_ms[fact.number] = now_ms

    def _opted_in(self, fact: facts.OptedIn, _offset: int, now_ms: int) -> None:
        texting = self._changed(fact.account, fact.region)
        texting.opted_out_ms.pop(fact.number, None)
        texting.opted_in_ms[fact.number] = now_ms

    def _charged(self, fact: facts.SmsCharged, _offset: int, now_ms: int) -> None:
        texting = self._changed(fact.account, fact.region)
        texting.spent_micro_usd = texting.spent_by(now_ms) + fact.micro_usd
        texting.spent_in = month_of(now_ms)

    def _sandbox_number_added(self, fact: facts.SandboxNumberAdded, _offset: int, now_ms: int) -> None:
        sandbox = self._changed(fact.account, fact.region).sandbox
        known = sandbox.get(fact.number)
        sent_ms = [] if known is None else recent(known.sent_ms, now_ms)
        sandbox[fact.number] = SandboxNumber(fact.password, now_ms, [*sent_ms, now_ms])

    def _sandbox_password_missed(self, fact: facts.SandboxPasswordMissed, _offset: int, _now_ms: int) -> None:
        self._changed(fact.account, fact.region).sandbox[fact.number].missed += 1

    def _sandbox_number_verified(self, fact: facts.SandboxNumberVerified, _offset: int, now_ms: int) -> None:
        known = self._changed(fact.account, fact.region).sandbox[fact.number]
        known.is_verified, known.changed_ms, known.password = True, now_ms, ""

    def _sandbox_number_deleted(self, fact: facts.SandboxNumberDeleted, _offset: int, _now_ms: int) -> None:
        del self._changed(fact.account, fact.region).sandbox[fact.number]

    def parts(self) -> Iterator[PhonesPart]:
        """All of it, for a snapshot."""
        for (account, region), texting in self.accounts.items():
            yield PhonesPart(
                account, region, texting.attributes, texting.opted_out_ms, texting.opted_in_ms,
                (texting.spent_in, texting.spent_micro_usd), texting.sandbox,
            )  # fmt: skip

    def take_up(self, part: PhonesPart) -> None:
        """Put one part back where it was."""
        texting = self._changed(part.account, part.region)
        texting.attributes = part.attributes
        texting.opted_out_ms, texting.opted_in_ms = part.opted_out, part.opted_in
        texting.spent_in, texting.spent_micro_usd = part.spent
        texting.sandbox = part.sandbox


def month_of(now_ms: int) -> str:
    """The month of a time, in UTC, as 2030-01."""
    return datetime.fromtimestamp(now_ms // SECOND_MS, UTC).strftime("%Y-%m")


def recent(sent_ms: list[int], now_ms: int) -> list[int]:
    """Those of some times that are less than a day ago."""
    return [at_ms for at_ms in sent_ms if at_ms > now_ms - DAY_MS]
