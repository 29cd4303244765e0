"""Text messages themselves: how many parts a text makes, and what that counts.

Prices are our own model: AWS's differ by country and route, and what a gateway really asks for isn't known here. Each
part counts with the same price, so that the monthly limit and MaxPrice have something to hold on to.
"""

from typing import Final

import msgspec

# 3GPP TS 23.038, 6.2.1: the default alphabet; then its extension table, of which each letter takes two places.
_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = frozenset("^{}\\[~]|€\f")

# TS 23.040, 9.2.3.24: 140 bytes for each part; a header of six takes from those of a longer text.
_ONE: Final = 160
_EACH: Final = 153
_WIDE_ONE: Final = 70
_WIDE_EACH: Final = 67

PART_MICRO_USD: Final = 6_450
"""What one part counts, in millionths of a US dollar: AWS's list price of a text message to the USA when this was
written, https://aws.amazon.com/sns/sms-pricing/"""


def parts(text: str) -> int:
    """How many parts a text is sent in; an empty one is sent too."""
    letters = set(text)
    if letters <= _BASIC | _EXTENSION:
        places = len(text) + sum(text.count(letter) for letter in letters & _EXTENSION)
        one, each = _ONE, _EACH
    else:
        places = len(text) + sum(text.count(letter) for letter in letters if ord(letter) > 0xFFFF)
        one, each = _WIDE_ONE, _WIDE_EACH
    return 1 if places <= one else -(-places // each)


def price_micro_usd(text: str) -> int:
    """What a text counts."""
    return parts(text) * PART_MICRO_USD


class OriginationNumber(msgspec.Struct, frozen=True):
    """A number that the operator's gateway sends from. `country` is ISO 3166's two letters, "" where it isn't known."""

    number: str
    country: str = ""
    route_type: str = "Transactional"


class SmsSettings(msgspec.Struct, frozen=True):
    """What the operator says of text messages. An account in the sandbox sends to numbers that it has verified only."""

    is_in_sandbox: bool = False
    origination_numbers: tuple[OriginationNumber, ...] = ()
