from weirmq.engine.holdings import BLOCK_BITS, Holdings

BLOCK = 1 << BLOCK_BITS


def test_nothing_is_held_at_first() -> None:
    holdings = Holdings()
    assert holdings.first_held() is None
    assert holdings.held() == (0, 0)
    assert not holdings.is_wasteful()


def test_the_first_block_with_a_held_payload() -> None:
    holdings = Holdings()
    for offset in (5, BLOCK + 1, 3 * BLOCK):
        holdings.wrote(offset, (100,))
        holdings.hold(offset, 100)
    assert holdings.first_held() == 0
    holdings.release(5)
    assert holdings.first_held() == BLOCK
    holdings.release(BLOCK + 1)
    assert holdings.first_held() == 3 * BLOCK
    assert holdings.held() == (1, 100)


def test_whole_blocks_are_forgotten() -> None:
    holdings = Holdings()
    for block in range(4):
        holdings.wrote(block * BLOCK, (10,))
    holdings.forget(2 * BLOCK + 7)
    assert list(holdings.blocks) == [2, 3]


def test_a_log_is_wasteful_when_more_than_half_of_it_is_no_longer_held() -> None:
    holdings = Holdings(slack_bytes=50)
    for offset in range(10):
        holdings.wrote(offset, (100,))
        holdings.hold(offset, 100)
    for offset in range(5):
        holdings.release(offset)
    assert not holdings.is_wasteful()  # 1000 bytes, 500 of them held
    holdings.release(5)
    assert holdings.is_wasteful()  # 1000 > 2 * 400 + 50


def test_held_bytes_are_those_of_average_payloads() -> None:
    holdings = Holdings()
    for offset, size in enumerate((100, 300)):
        holdings.wrote(offset, (size,))
        holdings.hold(offset, size)
    holdings.release(1)
    assert holdings.held() == (1, 200)


def test_records_that_reach_into_the_next_block_count_in_both() -> None:
    holdings = Holdings()
    holdings.wrote(BLOCK - 2, (1, 10, 100))
    assert {index: block.all_bytes for index, block in holdings.blocks.items()} == {0: 11, 1: 100}
