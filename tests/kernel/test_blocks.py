"""Blocks behave as one dict would."""

from hypothesis import given
from hypothesis import strategies as st

from weirmq.kernel.blocks import BLOCK_BITS, Blocks

BLOCK = 1 << BLOCK_BITS
NUMBERS = st.sampled_from([0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK])
STEPS = st.lists(st.tuples(st.sampled_from(["put", "take", "take block"]), NUMBERS))


@given(STEPS)
def test_it_is_a_dict(steps: list[tuple[str, int]]) -> None:
    blocks, expected = Blocks[int](), dict[int, int]()
    for value, (step, number) in enumerate(steps):
        if step == "put":
            blocks[number] = expected[number] = value
        elif step == "take" and number in expected:
            assert blocks.take(number) == expected.pop(number)
        elif step == "take block" and expected:
            taken = blocks.take_block()
            assert len({each >> BLOCK_BITS for each in taken}) == 1
            assert taken == {each: expected.pop(each) for each in list(expected) if each in taken}
        assert blocks == expected
        assert (len(blocks), bool(blocks), sorted(blocks)) == (len(expected), bool(expected), sorted(expected))
        assert (number in blocks, blocks.get(number)) == (number in expected, expected.get(number))


def test_what_is_empty_takes_no_room() -> None:
    blocks = Blocks[int]()
    for number in range(3 * BLOCK):
        blocks[number] = number
    assert list(blocks) == [number for number, _ in blocks.items()] == list(range(3 * BLOCK))
    for number in range(3 * BLOCK):
        del blocks[number]
    assert not blocks._blocks
