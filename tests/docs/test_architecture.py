"""The life of a SendMessage, as docs/architecture.md tells it: each name stands where the page says.

`script/generate` renews the lines; tests/cli/test_docs.py holds that it has been run.
"""

import pytest

from tools import docs

PAGE = (docs.DOCS / "architecture.md").read_text(encoding="utf-8")


def test_the_page_names_places() -> None:
    assert len(docs.PLACE.findall(PAGE)) >= 12


def test_a_line_that_moved_is_renewed() -> None:
    found = docs.PLACE.sub(docs.place, "see `kernel/clock.py:99999` `Clock`.")
    line = int(found.partition(":")[2].partition("`")[0])
    lines = (docs.ROOT / "src/weirmq/kernel/clock.py").read_text(encoding="utf-8").splitlines()
    assert found == f"see `kernel/clock.py:{line}` `Clock`."
    assert lines[line - 1].startswith("class Clock")


@pytest.mark.parametrize("gone", ["`kernel/clock.py:1` `Sundial`", "`kernel/sundial.py:1` `Clock`"])
def test_a_name_that_is_gone_is_told(gone: str) -> None:
    with pytest.raises(LookupError, match="defines no"):
        docs.PLACE.sub(docs.place, gone)
