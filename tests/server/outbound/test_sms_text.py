import pytest
from hypothesis import given
from hypothesis import strategies as st
from smpplib.gsm import gsm_encode

from weirmq.server.outbound.sms_text import GSM_7, UCS_2, encode

# The two tables of TS 23.038, 6.2.1 and 6.2.1.1, by code.
LETTERS = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
EXTENDED = {"€": 0x65, "[": 0x3C, "]": 0x3E, "{": 0x28, "}": 0x29, "^": 0x14, "\\": 0x2F, "~": 0x3D, "|": 0x40}


def joined(parts: list[bytes], reference: int) -> bytes:
    """The user data of all parts, their headers checked (TS 23.040, 9.2.3.24.1)."""
    for number, part in enumerate(parts, 1):
        assert part[:6] == bytes([5, 0, 3, reference, len(parts), number])
    return b"".join(part[6:] for part in parts)


def test_a_plain_text() -> None:
    assert encode("Hello @ £5_", 1) == (GSM_7, [b"Hello \x00 \x015\x11"])
    assert encode("", 1) == (GSM_7, [b""])
    assert encode("ÄÖÜäöüß§¿à", 1).parts == [b"\x5b\x5c\x5e\x7b\x7c\x7e\x1e\x5f\x60\x7f"]


@pytest.mark.parametrize(("letter", "code"), EXTENDED.items())
def test_the_extension_table(letter: str, code: int) -> None:
    assert encode(letter, 1) == (GSM_7, [bytes([0x1B, code])])


# A codec that others wrote; it has a backquote for the letters that it lacks.
@given(st.text([letter for letter in LETTERS if letter != "§"] + list(EXTENDED), max_size=80))
def test_letters_are_coded_as_others_code_them(text: str) -> None:
    assert encode(text, 1) == (GSM_7, [gsm_encode(text)])


def test_what_the_alphabet_lacks_takes_ucs_2() -> None:
    assert encode("ő`", 1) == (UCS_2, [b"\x01\x51\x00\x60"])
    assert encode("👍", 1) == (UCS_2, [b"\xd8\x3d\xdc\x4d"])
    assert encode("\x1b", 1) == (UCS_2, [b"\x00\x1b"])


@pytest.mark.parametrize(
    ("text", "coding", "sizes"),
    [
        ("a" * 160, GSM_7, [160]),
        ("a" * 161, GSM_7, [159, 14]),
        ("a" * 306, GSM_7, [159, 159]),
        ("a" * 307, GSM_7, [159, 159, 7]),
        ("a" * 158 + "€", GSM_7, [160]),
        ("a" * 152 + "€" + "a" * 7, GSM_7, [158, 15]),
        ("ő" * 70, UCS_2, [140]),
        ("ő" * 71, UCS_2, [140, 14]),
        ("ő" * 66 + "👍" + "ő" * 3, UCS_2, [138, 16]),
    ],
)
def test_where_a_text_is_cut(text: str, coding: int, sizes: list[int]) -> None:
    encoded = encode(text, 7)
    assert (encoded.data_coding, [len(part) for part in encoded.parts]) == (coding, sizes)


@given(st.text(max_size=400), st.integers(0, 255))
def test_nothing_is_lost(text: str, reference: int) -> None:
    coding, parts = encode(text, reference)
    whole = joined(parts, reference) if len(parts) > 1 else parts[0]
    if coding == UCS_2:
        assert whole.decode("utf-16-be") == text
    for part in parts:
        assert len(part) <= (160 if coding == GSM_7 else 140)
        body = part[6:] if len(parts) > 1 else part
        if coding == GSM_7:
            assert not body.endswith(b"\x1b")
        else:
            body.decode("utf-16-be")


def test_what_no_messages_carry() -> None:
    assert len(encode("a" * 153 * 255, 1).parts) == 255
    with pytest.raises(ValueError, match="256 messages"):
        encode("a" * (153 * 255 + 1), 1)
    with pytest.raises(ValueError, match="no Unicode"):
        encode("\ud800", 1)
