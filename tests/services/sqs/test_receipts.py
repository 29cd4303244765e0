import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weirmq.services.sqs.receipts import Receipt, seal, unseal

KEY = bytes(range(32))
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1))
def test_what_was_sealed_is_read(queue: int, seq: int, count: int) -> None:
    assert unseal(KEY, seal(KEY, queue, seq, count)) == Receipt(queue, seq, count)


def test_no_letter_can_be_changed() -> None:
    handle = seal(KEY, 3, 1_000, 2)
    for position in range(len(handle)):
        for letter in LETTERS:
            if letter != handle[position]:
                assert unseal(KEY, handle[:position] + letter + handle[position + 1 :]) is None


@given(st.text(max_size=80))
def test_no_text_is_a_handle(text: str) -> None:
    assert unseal(KEY, text) is None


@given(st.binary(min_size=39, max_size=39))
def test_no_bytes_of_the_right_length_are_a_handle(data: bytes) -> None:
    assert unseal(KEY, base64.b64encode(data).decode()) is None


@pytest.mark.parametrize("change", [lambda h: h + "=", lambda h: h[:-1], lambda h: h + "\n", lambda h: " " + h])
def test_nor_added_to_or_cut(change: object) -> None:
    assert callable(change)
    assert unseal(KEY, change(seal(KEY, 1, 1, 1))) is None


def test_another_key_reads_nothing() -> None:
    assert unseal(bytes(32), seal(KEY, 1, 1, 1)) is None


def test_before_a_key_is_drawn_there_are_no_handles() -> None:
    assert unseal(b"", seal(b"", 1, 0, 1)) is None
