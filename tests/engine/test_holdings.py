from weirmq.engine.holdings import BLOCK_BITS, Holdings

BLOCK = 1 << BLOCK_BITS


def hold(holdings: Holdings, offset: int, size: int, shares: int = 1) -> None:
    """Take up a payload that is `size` bytes long in the log."""
    holdings.record_bytes = size
    holdings.hold(offset, shares)


def test_nothing_is_held_at_first() -> None:
    holdings = Holdings()
    assert holdings.first_held() is None
    assert holdings.held() == (0, 0)
    assert not holdings.is_wasteful(0)


def test_the_first_block_with_a_held_payload() -> None:
    holdings = Holdings()
    for offset in (5, BLOCK + 1, 3 * BLOCK):
        hold(holdings, offset, 100)
    assert holdings.first_held() == 0
    holdings.release(5)
    assert holdings.first_held() == BLOCK
    holdings.release(BLOCK + 1)
    assert holdings.first_held() == 3 * BLOCK
    assert holdings.held() == (1, 100)


def test_whole_blocks_are_forgotten() -> None:
    holdings = Holdings()
    for block in range(4):
        hold(holdings, block * BLOCK, 10)
        holdings.release(block * BLOCK)
    holdings.forget(2 * BLOCK + 7)
    assert list(holdings.blocks) == [2, 3]


def test_a_log_is_wasteful_when_more_than_half_of_it_is_no_longer_held() -> None:
    holdings = Holdings(slack_bytes=50)
    for offset in range(5):
        hold(holdings, offset, 100)
    assert not holdings.is_wasteful(1050)  # 500 of them held
    assert holdings.is_wasteful(1051)


def test_a_log_without_room_is_wasteful_sooner() -> None:
    holdings = Holdings()
    hold(holdings, 0, 100_000_000)
    assert not holdings.is_wasteful(125_000_000, is_short=True)
    assert holdings.is_wasteful(125_000_001, is_short=True)
    assert not Holdings().is_wasteful(16 << 20, is_short=True)
    assert Holdings().is_wasteful((16 << 20) + 1, is_short=True)


def test_held_bytes_are_those_of_average_payloads() -> None:
    holdings = Holdings()
    for offset, size in enumerate((100, 300)):
        hold(holdings, offset, size)
    holdings.release(1)
    assert holdings.held() == (1, 200)


def test_a_payload_may_be_held_in_shares() -> None:
    holdings = Holdings()
    for _ in range(4):
        hold(holdings, 7, 100, shares=4)
    assert holdings.held() == (4, 100)
    holdings.release(7)
    assert holdings.held() == (3, 75)


def test_what_is_held_below_an_offset() -> None:
    holdings = Holdings()
    for block in range(3):
        hold(holdings, block * BLOCK, 100)
    assert [holdings.held_below(offset) for offset in (0, 1, BLOCK, BLOCK + 1)] == [0, 100, 100, 200]
