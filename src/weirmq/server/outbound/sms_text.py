"""A text as the short messages that carry it: their alphabet, and where they are cut.

Source: 3GPP TS 23.038 (alphabets), TS 23.040, 9.2.3.24.1 (concatenated short messages); SMPP 3.4, 5.2.19 (data_coding).
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

GSM_7: Final = 0  # SMSC default alphabet; each septet goes in an octet of its own, and the gateway packs them
UCS_2: Final = 8

# TS 23.038, 6.2.1: the default alphabet by its codes; 0x1B is the escape to the extension table, 6.2.1.1.
_ALPHABET: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip
_ESCAPE: Final = 0x1B
_CODES: Final = {letter: bytes([code]) for code, letter in enumerate(_ALPHABET) if code != _ESCAPE} | {
    letter: bytes([_ESCAPE, code]) for code, letter in _EXTENSION.items()
}

# 140 octets: 160 septets or 70 UTF-16 units; less a header of 6 octets, where there is more than one message.
_WHOLE: Final = {GSM_7: 160, UCS_2: 140}
_PART: Final = {GSM_7: 153, UCS_2: 134}
_MOST_PARTS: Final = 255


class Encoded(NamedTuple):
    """`parts` are user data, with a header in front where there is more than one."""

    data_coding: int
    parts: list[bytes]


def encode(text: str, reference: int) -> Encoded:
    """`text` in as few messages as it takes; `reference` (0-255) tells a phone which parts belong together.

    Raises ValueError for what no messages can carry.
    """
    letters = [_CODES.get(letter) for letter in text]
    if None in letters:
        coding = UCS_2
        try:
            letters = [letter.encode("utf-16-be") for letter in text]
        except UnicodeEncodeError as error:
            raise ValueError(f"the text is no Unicode: {error.reason}") from None
    else:
        coding = GSM_7
    kept = [letter for letter in letters if letter is not None]
    whole = b"".join(kept)
    if len(whole) <= _WHOLE[coding]:
        return Encoded(coding, [whole])
    parts = list(_cut(kept, _PART[coding]))
    if len(parts) > _MOST_PARTS:
        raise ValueError(f"the text takes {len(parts)} messages; {_MOST_PARTS} is the most")
    head = bytes([5, 0, 3, reference, len(parts)])
    return Encoded(coding, [head + bytes([number]) + part for number, part in enumerate(parts, 1)])


def _cut(letters: list[bytes], size: int) -> Iterator[bytes]:
    """The letters in pieces of at most `size` octets; no letter is cut."""
    part = b""
    for letter in letters:
        if len(part) + len(letter) > size:
            yield part
            part = b""
        part += letter
    yield part
