"""Identifiers, and the sources of randomness behind them."""

import uuid

from weirmq.kernel.ids import SeededEntropy, SystemEntropy, uuid4, uuids


def test_a_uuid_is_of_version_4_and_of_the_rfc_s_variant() -> None:
    entropy = SeededEntropy(1)
    for _ in range(500):
        text = uuid4(entropy)
        parsed = uuid.UUID(text)
        assert str(parsed) == text
        assert parsed.version == 4
        assert parsed.variant == uuid.RFC_4122


def test_uuids_differ() -> None:
    entropy = SystemEntropy()
    assert len({uuid4(entropy) for _ in range(5_000)}) == 5_000


def test_the_system_gives_as_many_bytes_as_asked_for() -> None:
    entropy = SystemEntropy()
    assert [len(entropy.take(count)) for count in (0, 1, 16, 4_095, 4_096, 4_097, 10_000)] == [
        0, 1, 16, 4_095, 4_096, 4_097, 10_000,
    ]  # fmt: skip


def test_a_seed_gives_the_same_bytes_again() -> None:
    assert SeededEntropy(7).take(32) == SeededEntropy(7).take(32)
    assert SeededEntropy(7).take(32) != SeededEntropy(8).take(32)


def test_uuids_that_are_made_at_once_are_good_ones_too() -> None:
    entropy = SeededEntropy(1)
    for count in (1, 2, 10, 256):
        made = uuids(entropy, count)
        assert len(set(made)) == count
        assert all(str(uuid.UUID(text)) == text and uuid.UUID(text).version == 4 for text in made)
        assert len({text[:-2] for text in made}) == 1
