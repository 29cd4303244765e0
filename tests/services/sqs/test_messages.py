"""The blocks of messages behave as one dict would."""

from hypothesis import given
from hypothesis import strategies as st

from weirmq.services.sqs.messages import BLOCK_BITS, Messages
from weirmq.services.sqs.model import Lane, Message

BLOCK = 1 << BLOCK_BITS
SEQS = st.sampled_from([0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK])
STEPS = st.lists(st.tuples(st.sampled_from(["put", "take", "take any"]), SEQS))


def message(offset: int) -> Message:
    return Message(offset, 0, Lane(None))


@given(STEPS)
def test_it_is_a_dict(steps: list[tuple[str, int]]) -> None:
    messages, expected = Messages(), dict[int, Message]()
    for number, (step, seq) in enumerate(steps):
        if step == "put":
            messages[seq] = expected[seq] = message(number)
        elif step == "take" and seq in expected:
            assert messages.take(seq) is expected.pop(seq)
        elif step == "take any" and expected:
            taken = messages.take_any()
            gone = [other for other, each in expected.items() if each is taken]
            assert [expected.pop(other) for other in gone] == [taken]
        assert messages == expected
        assert (len(messages), bool(messages), sorted(messages)) == (len(expected), bool(expected), sorted(expected))
        assert (seq in messages, messages.get(seq)) == (seq in expected, expected.get(seq))


def test_what_is_empty_takes_no_room() -> None:
    messages = Messages()
    for seq in range(3 * BLOCK):
        messages[seq] = message(seq)
    assert list(messages) == [seq for seq, _ in messages.items()] == list(range(3 * BLOCK))
    for seq in range(3 * BLOCK):
        del messages[seq]
    assert not messages._blocks
