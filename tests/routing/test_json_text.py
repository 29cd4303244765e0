"""Documents that are no JSON, in the words of AWS's parser (com.fasterxml.jackson.core, JsonParser)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weirmq.routing import PatternError
from weirmq.routing.json_text import Document, Kind, Node


def plain(node: Node) -> object:
    if node.kind is Kind.OBJECT:
        return {name: plain(value) for name, value in node.members}
    if node.kind is Kind.ARRAY:
        return [plain(item) for item in node.items]
    return node.text if node.kind is Kind.STRING else json.loads(node.text)


def refusal(text: str, *, redacted: bool = False) -> PatternError:
    with pytest.raises(PatternError) as refused:
        Document(text, redacted=redacted).read()
    return refused.value


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_what_json_is_is_read(value: object, indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    node = Document(text, redacted=False).read()
    assert plain(node) == value
    assert node.end == len(text)


@given(st.text(alphabet='{}[]":,0.1e-tfn\\u \n', max_size=12))
def test_what_is_read_is_json(text: str) -> None:
    try:
        read = plain(Document(text, redacted=True).read())
    except PatternError as error:
        with pytest.raises(json.JSONDecodeError):
            json.loads(text)
        assert error.line is not None  # noqa: PT017 - either this or equality
    else:
        assert read == json.loads(text)


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("", "No content to map due to end-of-input", 0),
        ('{"a":', "Unexpected end-of-input: expected close marker for Object (start marker at", 6),
        ("[1", "Unexpected end-of-input: expected close marker for Array (start marker at", 3),
        ('{"a', "Unexpected end-of-input: was expecting closing quote for a field name", 4),
        ('["a', "Unexpected end-of-input: was expecting closing quote for a string value", 4),
        ("[1 2]", "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries", 4),
        ('{"a":1 "b":2}', "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries", 8),
        ('{"a" 1}', "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value", 6),
        ('{"a":[1}', "Unexpected close marker '}': expected ']' (for Array starting at [Source:", 8),
        ("[1,]", "Unexpected character (']' (code 93)): expected a valid value", 4),
        ('["\n"]', "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash", 3),
        (r'["\x"]', "Unrecognized character escape 'x' (code 120)", 5),
        ("[01]", "Invalid numeric value: Leading zeroes not allowed", 3),
        ("[tru]", "Unrecognized token 'tru': was expecting", 5),
        ("{} x", "Unrecognized token 'x': was expecting", 5),
    ],
)
def test_words_and_places(text: str, message: str, column: int) -> None:
    error = refusal(text)
    assert error.message.startswith(message)
    assert error.column == column


def test_lines_and_columns_as_java_counts_them() -> None:
    error = refusal('{"a":\r\n"😀", x')
    assert (error.line, error.column) == (2, 7)


def test_the_source_is_cut_and_its_control_characters_are_written_out() -> None:
    text = '{"a":\t"' + "x" * 600
    assert f'(String)"{{"a":\\u0009"{"x" * 493}"[truncated 107 chars]; line: 1' in refusal(text).message
    assert "x" not in refusal(text, redacted=True).message.split("Source:")[1]
    assert refusal(text, redacted=True).message.startswith("failed to parse JSON. ")
