import subprocess
import sys


def test_pytest_starts_without_the_server() -> None:
    code = (
        "import sys, weirmq.testing.plugin\n"
        "heavy = {'asyncio', 'msgspec', 'uvloop', 'structlog', 'boto3', 'weirmq.server'} & set(sys.modules)\n"
        # pytest itself may have brought asyncio along.
        "print(sorted(heavy - {'asyncio'}))"
    )
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_what_the_room_offers() -> None:
    import weirmq.testing

    for name in weirmq.testing.__all__:
        assert getattr(weirmq.testing, name).__name__ == name
