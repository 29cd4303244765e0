"""The life of a SendMessage, as docs/architecture.md tells it: each name stands where the page says."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text()
PLACES = re.findall(r"`([a-z_0-9/]+\.py):(\d+)` `(\w+)`", PAGE)


def test_the_page_names_places() -> None:
    assert len(PLACES) >= 12


@pytest.mark.parametrize(("file", "line", "name"), PLACES, ids=lambda part: str(part))
def test_a_name_stands_where_the_page_says(file: str, line: str, name: str) -> None:
    lines = (ROOT / "src" / "weirmq" / file).read_text().splitlines()
    assert re.match(rf"\s*(?:async )?(?:def|class) {name}\b", lines[int(line) - 1]), f"{file}: {name} is elsewhere"
