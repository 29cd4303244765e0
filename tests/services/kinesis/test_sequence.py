from weirmq.services.kinesis import sequence

# From the examples of AWS's API reference (PutRecords) and of Lambda's guide (events of Kinesis), with their shards.
OF_AWS = {
    "49543463076570308322303623326179887152428262250726293522": 1,
    "49590338271490256608559692538361571095921575989136588898": 6,
}


def test_reads_numbers_that_aws_gave_out() -> None:
    for number, shard in OF_AWS.items():
        found = sequence.parse(number)
        assert found is not None
        assert found.shard == shard
        assert 1_400_000_000 < found.created_s <= found.time_s < 1_600_000_000
        base = sequence.base_of(found.created_s * 1000, shard)
        assert sequence.number(base, found.ordinal - 1, found.time_s * 1000) == number


def test_has_aws_length_and_layout() -> None:
    base = sequence.base_of(1_700_000_000_123, 17)
    number = sequence.number(base, 41, 1_700_000_555_999)
    assert len(number) == 56
    assert int(number).bit_length() == 186
    # 2, creation in seconds, last digit of the shard, number in the shard, 00, seconds, shard, 2
    digits = f"2{1_700_000_000:09x}1{42:016x}00{1_700_000_555:09x}{17:08x}2"
    assert int(number) == int(digits, 16)
    assert sequence.parse(number) == (1_700_000_000, 17, 42, 1_700_000_555)


def test_first_and_last_enclose_all_others() -> None:
    base = sequence.base_of(1_700_000_000_000, 3)
    first = int(sequence.first(base, 1_700_000_000_000))
    last = int(sequence.last(base, 1_700_000_001_000))
    numbers = [sequence.value(base, offset, 1_700_000_000_000 + offset) for offset in (0, 1, 2, 10**9)]
    assert first < numbers[0] < numbers[1] < numbers[2] < numbers[3] < last
    assert sequence.parse(str(first)) == (1_700_000_000, 3, 0, 1_700_000_000)


def test_refuses_what_is_no_number_of_ours() -> None:
    assert sequence.parse("0") is None
    assert sequence.parse("1") is None
    assert sequence.parse("9" * 56) is None
    assert sequence.parse("9" * 129) is None
    good = sequence.value(sequence.base_of(1_700_000_000_000, 3), 5, 1_700_000_000_000)
    assert sequence.parse(str(good + 1)) is None  # another version
    assert sequence.parse(str(good + (1 << 4))) is None  # the shard stands there twice
