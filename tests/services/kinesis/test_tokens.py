import pytest

from weirmq.services.kinesis import tokens

KEY = bytes(range(32))
POSITION = tokens.Iterator(stream=5, shard=7, offset=2**40, made_ms=1_700_000_000_000)


def test_an_iterator_comes_back_as_it_was() -> None:
    text = tokens.seal(KEY, POSITION)
    assert len(text) <= 512
    assert tokens.unseal(KEY, text) == POSITION
    assert tokens.unseal(KEY, f'"{text}"') == POSITION  # as AWS takes it


@pytest.mark.parametrize("text", ["", "x", "AAA=", "é" * 64, '"' + "A" * 64 + '"', "A" * 64, "A" * 512])
def test_others_are_none(text: str) -> None:
    assert tokens.unseal(KEY, text) is None


def test_a_changed_iterator_is_none() -> None:
    text = tokens.seal(KEY, POSITION)
    for at in range(len(text)):
        changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        assert tokens.unseal(KEY, changed) is None
    assert tokens.unseal(bytes(32), text) is None
    assert tokens.unseal(b"", text) is None


def test_a_token_is_good_for_its_own_operation_only() -> None:
    text = tokens.seal_token(KEY, "shards", 5, 1, "orders", None)
    assert tokens.unseal_token(KEY, "shards", text) == (5, [1, "orders", None])
    assert tokens.unseal_token(KEY, "streams", text) is None
    assert tokens.unseal_token(bytes(32), "shards", text) is None
    assert tokens.unseal_token(KEY, "shards", text[:-4]) is None
    assert tokens.unseal_token(KEY, "shards", "&&&") is None
    assert tokens.unseal_token(KEY, "shards", "é") is None
