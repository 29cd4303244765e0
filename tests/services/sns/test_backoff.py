import itertools

import pytest

from weirmq.services.sns.backoff import AWS_MANAGED, CUSTOMER_MANAGED, FUNCTIONS, Schedule

DAY_S = 86_400
HOUR_S = 3_600


def delays_s(schedule: Schedule) -> list[float]:
    found: list[float] = []
    while (delay_ms := schedule.delay_ms(len(found) + 1)) is not None:
        found.append(delay_ms / 1000)
    return found


def test_the_phases() -> None:
    found = delays_s(Schedule(2, 3, 4, 2, 10, 40, "linear"))
    assert found == [0, 0, 10, 10, 10, 10, 20, 30, 40, 40, 40]


def test_what_http_has_at_first() -> None:
    assert delays_s(Schedule(0, 0, 3, 0, 20, 20)) == [20, 20, 20]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_grows_from_least_to_most(function: str) -> None:
    found = delays_s(Schedule(0, 0, 10, 0, 5, 260, function))
    assert len(found) == 10
    assert found == sorted(found)
    assert (found[0], found[-1]) == (5, 260)
    assert all(a < b for a, b in itertools.pairwise(found))


def test_how_they_differ() -> None:
    shapes = {name: delays_s(Schedule(0, 0, 5, 0, 16, 256, name)) for name in FUNCTIONS}
    assert shapes["linear"] == [16, 76, 136, 196, 256]  # by 60
    assert shapes["arithmetic"] == [16, 40, 88, 160, 256]  # by 24, 48, 72, 96
    assert shapes["geometric"] == [16, 32, 64, 128, 256]  # times 2
    assert shapes["exponential"] == [16, 32, 64, 128, 256]  # by 16, 32, 64, 128


def test_one_step() -> None:
    for function in FUNCTIONS:
        assert delays_s(Schedule(0, 0, 1, 0, 5, 260, function)) == [5]


def test_no_retry() -> None:
    assert delays_s(Schedule(0, 0, 0, 0, 1, 1)) == []


def test_aws_managed_endpoints() -> None:
    """100,015 retries over 23 days: 3 at once, 2 a second apart, 10 from 1 to 20 s, 100,000 each 20 s."""
    assert AWS_MANAGED.retries == 100_015
    assert 22.5 * DAY_S < AWS_MANAGED.total_s() < 23.5 * DAY_S
    found = [AWS_MANAGED.delay_ms(attempt) for attempt in range(1, 18)]
    assert found[:5] == [0, 0, 0, 1000, 1000]
    assert (found[5], found[14], found[15], found[16]) == (1000, 20_000, 20_000, 20_000)
    assert AWS_MANAGED.delay_ms(100_016) is None


def test_customer_managed_endpoints() -> None:
    """50 retries over 6 hours: 2 ten seconds apart, 10 from 10 s to 10 min, 38 each 10 min."""
    assert CUSTOMER_MANAGED.retries == 50
    assert 6 * HOUR_S < CUSTOMER_MANAGED.total_s() < 7.5 * HOUR_S
    assert CUSTOMER_MANAGED.delay_ms(1) == 10_000
    assert CUSTOMER_MANAGED.delay_ms(51) is None


def test_the_sum_of_all_pauses() -> None:
    for function in FUNCTIONS:
        schedule = Schedule(1, 2, 7, 3, 3, 90, function)
        assert sum(delays_s(schedule)) == pytest.approx(schedule.total_s(), abs=0.01)
