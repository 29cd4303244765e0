from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.sqs.kit import binary, documented_md5, text
from weirmq.services.sqs import contents
from weirmq.services.sqs.facts import Attribute

names = st.text("abcXYZ019_-.", min_size=1, max_size=20)
values = st.one_of(
    st.tuples(st.sampled_from(["String", "Number", "String.x"]), st.text(st.characters(codec="utf-8"), min_size=1)),
    st.tuples(st.sampled_from(["Binary", "Binary.png"]), st.binary(min_size=1)),
)


@given(st.dictionaries(names, values, min_size=1, max_size=10))
def test_digests_are_as_documented(given_values: dict[str, tuple[str, str | bytes]]) -> None:
    ours = {
        name: Attribute(kind, string=value) if isinstance(value, str) else Attribute(kind, binary=value)
        for name, (kind, value) in given_values.items()
    }
    theirs = {
        name: text(value, kind) if isinstance(value, str) else binary(value, kind)
        for name, (kind, value) in given_values.items()
    }
    assert contents.md5_of_attributes(ours) == documented_md5(theirs)


@given(st.text())
def test_only_letters_of_xml_pass(body: str) -> None:
    allowed = all(
        ord(letter) in (0x9, 0xA, 0xD)
        or 0x20 <= ord(letter) <= 0xD7FF
        or 0xE000 <= ord(letter) <= 0xFFFD
        or ord(letter) >= 0x10000
        for letter in body
    )
    if allowed:
        contents.check_text(body)
    else:
        with pytest.raises(Exception, match="Invalid binary character"):
            contents.check_text(body)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["a"], {"a"}),
        (["a.*"], {"a", "a.b", "ab"}),
        (["b", "a.b"], {"a.b"}),
        (["All"], {"a", "a.b", "ab"}),
        ((), set()),
    ],
)
def test_choosing(wanted: Iterable[str], found: set[str]) -> None:
    attributes = {name: Attribute("String", string="x") for name in ("a", "a.b", "ab")}
    assert set(contents.chosen(attributes, wanted)) == found


def test_sizes_are_in_bytes() -> None:
    assert contents.size_of({"n": Attribute("String", string="é"), "b": Attribute("Binary", binary=b"123")}) == 19
