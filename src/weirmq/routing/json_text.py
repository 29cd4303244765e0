"""JSON with the places of everything in it, so that a refusal can name the fault as AWS does.

AWS parses patterns with Jackson and reports where Jackson's parser stands: on a string just behind its opening quote
(its letters aren't read yet), on anything else behind it, and on a member's name where it stands on the value, which
Jackson looks at already. Source of the grammar: RFC 8259; of the words: com.fasterxml.jackson.core.
"""

import json
import re
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, NoReturn

from weirmq.routing.errors import PatternError
from weirmq.routing.limits import DEPTH

_SHOWN_LETTERS: Final = 500  # of the document, in an error (Jackson's ErrorReportConfiguration)
_TOKEN_LETTERS: Final = 256  # of an unknown word, in an error (the same)
_REDACTED: Final = "REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)"
_EXPECTED: Final = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_SPACE: Final = re.compile(r"[ \t\r\n]*+")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_WORD: Final = re.compile(r"\w*+")
_LINE_END: Final = re.compile(r"\r\n?|\n")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_STRINGS: Final = json.JSONDecoder()


class Kind(Enum):
    STRING = auto()
    NUMBER = auto()
    WORD = auto()  # true, false, null
    ARRAY = auto()
    OBJECT = auto()


_WORDS: Final = ("true", "false", "null")


@dataclass(slots=True)
class Node:
    """A value. `text`: a string's letters, a number as it is written, a word, or the opening bracket.

    `at`: offset where the parser stands when it has met the value; `end`: offset behind the value.
    """

    kind: Kind
    text: str
    at: int
    end: int
    items: list["Node"] = field(default_factory=list)
    members: list[tuple[str, "Node"]] = field(default_factory=list)


class Document:
    """The text, and how to speak of places in it. `redacted`: errors of syntax don't quote it."""

    def __init__(self, text: str, *, redacted: bool) -> None:
        self.text = text
        self._redacted = redacted

    def read(self) -> Node:
        """The value. Raises PatternError, in Jackson's words."""
        return _Reader(self).document()

    def refusal(self, message: str, offset: int) -> PatternError:
        """An error that names a place."""
        return self._error(message, self._quoted(), offset)

    def bad_syntax(self, message: str, offset: int) -> PatternError:
        """The text isn't JSON."""
        prefix = "failed to parse JSON. " if self._redacted else ""
        return self._error(prefix + message, self._source(), offset)

    def place(self, offset: int) -> str:
        """`[Source: ...; line: 1, column: 1]` for an error of syntax."""
        line, column = self._line_and_column(offset)
        return f"[Source: {self._source()}; line: {line}, column: {column}]"

    def _error(self, message: str, source: str, offset: int) -> PatternError:
        line, column = self._line_and_column(offset)
        text = f"{message}\n at [Source: {source}; line: {line}, column: {column}]"
        return PatternError(text.encode(errors="replace").decode(), line, column)

    def _source(self) -> str:
        return _REDACTED if self._redacted else self._quoted()

    def _quoted(self) -> str:
        shown = _CONTROL.sub(lambda control: f"\\u{ord(control[0]):04X}", self.text[:_SHOWN_LETTERS])
        more = len(self.text) - _SHOWN_LETTERS
        return f'(String)"{shown}"' + (f"[truncated {more} chars]" if more > 0 else "")

    def _line_and_column(self, offset: int) -> tuple[int, int]:
        """Both from 1. A column is a UTF-16 unit, as Java counts."""
        if offset < 0:
            return 1, 0  # nothing was read
        line, start = 1, 0
        for end in _LINE_END.finditer(self.text, 0, offset):
            line, start = line + 1, end.end()
        row = self.text[start:offset]
        return line, 1 + len(row) + sum(letter > "\uffff" for letter in row)


class _Reader:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = document.text
        self._open: list[tuple[str, int]] = []  # brackets not yet closed, and their offsets

    def document(self) -> Node:
        start = self._skip(0)
        if start == len(self._text):
            raise self._document.bad_syntax("No content to map due to end-of-input", -1)
        root = self._value(start)
        rest = self._skip(root.end)
        if rest < len(self._text):
            self._no_value(rest)
        return root

    def _skip(self, offset: int) -> int:
        return _SPACE.match(self._text, offset).end()  # type: ignore[union-attr]  # it matches nothing, too

    def _value(self, offset: int) -> Node:
        letter = self._text[offset]
        if letter == '"':
            text, end = self._string(offset, "for a string value")
            return Node(Kind.STRING, text, offset + 1, end)
        if letter in "[{":
            if len(self._open) == DEPTH:
                depth = f"Document nesting depth ({DEPTH + 1}) exceeds the maximum allowed ({DEPTH})"
                raise self._document.bad_syntax(depth, offset + 1)
            self._open.append((letter, offset))
            node = self._array(offset) if letter == "[" else self._object(offset)
            self._open.pop()
            return node
        for word in _WORDS:
            if self._text.startswith(word, offset) and _word_end(self._text, offset) == offset + len(word):
                return Node(Kind.WORD, word, offset + len(word), offset + len(word))
        return self._number(offset)

    def _number(self, offset: int) -> Node:
        found = _NUMBER.match(self._text, offset)
        if found is None:
            self._no_value(offset)
        end = found.end()
        if found[0].lstrip("-") == "0" and self._text[end : end + 1].isdecimal():
            raise self._document.bad_syntax("Invalid numeric value: Leading zeroes not allowed", end)
        return Node(Kind.NUMBER, found[0], end, end)

    def _string(self, offset: int, what: str) -> tuple[str, int]:
        try:
            text, end = _STRINGS.raw_decode(self._text, offset)
        except json.JSONDecodeError as error:
            raise self._bad_string(error, what) from None
        return text, end

    def _bad_string(self, error: json.JSONDecodeError, what: str) -> PatternError:
        at = error.pos
        letter = self._text[at : at + 1]
        if error.msg.startswith("Invalid control character"):
            return self._document.bad_syntax(
                f"Illegal unquoted character ((CTRL-CHAR, code {ord(letter)})): "
                "has to be escaped using backslash to be included in string value",
                at,
            )
        escaped = self._text[at + 1 : at + 2]
        if error.msg.startswith("Invalid \\escape") and escaped:
            return self._document.bad_syntax(f"Unrecognized character escape {_named(escaped)}", at + 2)
        if error.msg.startswith("Invalid \\uXXXX escape") and len(self._text) > at + 4:
            return self._document.bad_syntax("Expected a hex-digit for character escape sequence", at + 1)
        end = len(self._text)
        return self._document.bad_syntax(f"Unexpected end-of-input: was expecting closing quote {what}", end)

    def _array(self, start: int) -> Node:
        node = Node(Kind.ARRAY, "[", start + 1, start + 1)
        offset = self._next(start + 1)
        while self._text[offset] != "]":
            if node.items:
                offset = self._comma(offset, "Array")
            node.items.append(self._value(offset))
            offset = self._next(node.items[-1].end)
        node.end = offset + 1
        return node

    def _object(self, start: int) -> Node:
        node = Node(Kind.OBJECT, "{", start + 1, start + 1)
        offset = self._next(start + 1)
        while self._text[offset] != "}":
            if node.members:
                offset = self._comma(offset, "Object")
            node.members.append(self._member(offset))
            offset = self._next(node.members[-1][1].end)
        node.end = offset + 1
        return node

    def _member(self, offset: int) -> tuple[str, Node]:
        if self._text[offset] != '"':
            self._unexpected(offset, "was expecting double-quote to start field name")
        name, end = self._string(offset, "for a field name")
        colon = self._next(end)
        if self._text[colon] != ":":
            self._unexpected(colon, "was expecting a colon to separate field name and value")
        return name, self._value(self._next(colon + 1))

    def _comma(self, offset: int, what: str) -> int:
        if self._text[offset] in "]}":
            self._wrong_bracket(offset)
        if self._text[offset] != ",":
            self._unexpected(offset, f"was expecting comma to separate {what} entries")
        return self._next(offset + 1)

    def _next(self, offset: int) -> int:
        """Where the next token is, in a list or an object that isn't closed yet."""
        offset = self._skip(offset)
        if offset == len(self._text):
            bracket, start = self._open[-1]
            what = "Array" if bracket == "[" else "Object"
            marker = f"expected close marker for {what} (start marker at {self._document.place(start)})"
            raise self._document.bad_syntax(f"Unexpected end-of-input: {marker}", offset)
        return offset

    def _unexpected(self, offset: int, what: str) -> NoReturn:
        raise self._document.bad_syntax(f"Unexpected character ({_named(self._text[offset])}): {what}", offset)

    def _wrong_bracket(self, offset: int) -> NoReturn:
        bracket, start = self._open[-1]
        expected = "']' (for Array" if bracket == "[" else "'}' (for Object"
        marker = f"Unexpected close marker '{self._text[offset]}': expected {expected}"
        raise self._document.bad_syntax(f"{marker} starting at {self._document.place(start)})", offset)

    def _no_value(self, offset: int) -> NoReturn:
        end = _word_end(self._text, offset)
        if end == offset or self._text[offset].isdecimal():
            self._unexpected(offset, f"expected a valid value {_EXPECTED}")
        more = "..." if end > offset + _TOKEN_LETTERS else ""
        word = self._text[offset : min(end, offset + _TOKEN_LETTERS)] + more
        raise self._document.bad_syntax(f"Unrecognized token '{word}': was expecting {_EXPECTED}", end)


def _word_end(text: str, offset: int) -> int:
    return _WORD.match(text, offset).end()  # type: ignore[union-attr]  # it matches nothing, too


def _named(letter: str) -> str:
    return f"'{letter}' (code {ord(letter)})"
