r"""Custom data identifiers: regular expressions that a topic's owner writes.

What AWS takes has no groups: alternatives of letters, classes and escapes, each with a repetition at most. All of an
expression's letters are bits of one number, which a text moves on letter by letter: so the time is in proportion to the
text's length whatever the expression, which no search that tries and goes back can promise.

    bit 0 of an alternative: nothing of it was read;  bit n: its first n items were read, or left out

What is found is every letter that any match covers; matches that touch are one.
Sources: https://docs.aws.amazon.com/sns/latest/dg/sns-message-data-protection-custom-data-identifiers.html; the steps
are the extended Shift-And of Navarro and Raffinot, "Flexible Pattern Matching in Strings", 4.2.
"""

import re
import string
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

IDENTIFIERS: Final = 10  # "a maximum of 10 custom data identifiers ... in a policy"
NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_LETTERS: Final = re.compile(r"[A-Za-z0-9_#=@/;, ^$?\[\]{}|\\*+.-]{1,200}")
ITEMS: Final = 1_000  # our own: of all alternatives, repetitions written out

_ASCII: Final = frozenset(map(chr, range(128)))
_OTHER: Final = "\x80"  # stands for all that isn't ASCII, of which no expression can name any
_ALL: Final = _ASCII | {_OTHER}
_CLASSES: Final = {
    "d": frozenset(string.digits),
    "w": frozenset(string.ascii_letters + string.digits + "_"),
    "s": frozenset(" \t\n\r\f\v"),
}
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}
_COUNTS: Final = re.compile(r"\{([0-9]{1,4})(?:(,)([0-9]{1,4})?)?\}")
_QUANTIFIERS: Final = {"?": (0, 1), "*": (0, None), "+": (1, None)}


class Item(NamedTuple):
    """One place of an alternative: letters of which one must come, or may be left out, or may come again."""

    letters: frozenset[str]
    is_optional: bool
    is_repeated: bool


class Custom:
    """An expression, ready to be looked for."""

    def __init__(self, alternatives: list[tuple[bool, list[Item], bool]]) -> None:
        self._starts = self._at_first = self._ends = self._at_last = self._optional = 0
        items: list[tuple[int, Item]] = []
        bit = 0
        for is_first, sequence, is_last in alternatives:
            self._at_first |= 1 << bit
            self._starts |= 0 if is_first else 1 << bit
            for place, item in enumerate(sequence, bit + 1):
                items.append((1 << place, item))
                self._optional |= (1 << place) if item.is_optional else 0
            bit += len(sequence)
            self._at_last |= 1 << bit
            self._ends |= 0 if is_last else 1 << bit
            bit += 1
        self._moves = {letter: _moves(letter, items) for letter in _ALL}
        self._back = tuple(_back(self._optional))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """The letters of `text` that matches cover."""
        moves, other = self._moves, self._moves[_OTHER]
        steps = [moves.get(letter, other) for letter in text]
        before = self._forward(steps)
        return _runs(self._covered(steps, before)) if before else []

    def _forward(self, steps: list[tuple[int, int]]) -> list[int]:
        """What may have been read before each letter; nothing at all where nothing matches."""
        starts, ends, optional = self._starts, self._ends, self._optional
        state, found, before = self._skip(self._at_first), False, []
        for to_next, again in steps:
            before.append(state)
            state = ((state << 1) & to_next) | (state & again) | starts
            if optional:
                reached = (state << 1) & optional
                state |= (((reached + optional) ^ optional) | reached) & optional
            found = found or state & ends != 0
        return before if found or state & self._at_last else []

    def _skip(self, state: int) -> int:
        """With all that can be left out after it: the sum carries each bit through its run of ones."""
        reached, optional = (state << 1) & self._optional, self._optional
        return state | ((((reached + optional) ^ optional) | reached) & optional)

    def _covered(self, steps: list[tuple[int, int]], before: list[int]) -> list[bool]:
        """Whether each letter is part of a match: read backwards, with what leads to an end."""
        ends, back = self._ends, self._back
        leads = self._skip_back(self._at_last)
        covered = [False] * len(steps)
        for index in range(len(steps) - 1, -1, -1):
            to_next, again = steps[index]
            here = before[index]
            covered[index] = (((here << 1) & to_next) | (here & again)) & leads != 0
            leads = ((leads & to_next) >> 1) | (leads & again) | ends
            for distance, mask in back:
                leads |= (leads >> distance) & mask
        return covered

    def _skip_back(self, state: int) -> int:
        for distance, mask in self._back:
            state |= (state >> distance) & mask
        return state


def _moves(letter: str, items: list[tuple[int, Item]]) -> tuple[int, int]:
    """The places that a letter leads to, and those at which it can come again."""
    to_next = again = 0
    for place, item in items:
        if letter in item.letters:
            to_next |= place
            again |= place if item.is_repeated else 0
    return to_next, again


def _back(optional: int) -> Iterator[tuple[int, int]]:
    """How to go back over runs of optional places: by 1, 2, 4, ... of them at a time."""
    distance, mask = 1, optional >> 1
    while mask:
        yield distance, mask
        mask &= mask >> distance
        distance *= 2


def _runs(covered: list[bool]) -> list[tuple[int, int]]:
    found = []
    start = -1
    for index, is_covered in enumerate([*covered, False]):
        if is_covered and start < 0:
            start = index
        elif not is_covered and start >= 0:
            found.append((start, index))
            start = -1
    return found


@lru_cache(maxsize=1024)
def read(expression: str) -> Custom:
    """An expression, ready to be looked for. Raises ValueError, with the reason."""
    if not _LETTERS.fullmatch(expression):
        raise ValueError("must have 1 to 200 characters, of those that a custom data identifier can have")
    alternatives = [_alternative(part) for part in _split(expression)]
    if sum(len(items) for _, items, _ in alternatives) > ITEMS:
        raise ValueError(f"comes to more than {ITEMS} places when its repetitions are written out")
    for _, items, _ in alternatives:
        if all(item.is_optional for item in items):
            raise ValueError("must not match the empty text")
    return Custom(alternatives)


def _split(expression: str) -> Iterator[str]:
    """The alternatives: what stands between bars, but for those that are escaped or in a class."""
    part, in_class, index = "", False, 0
    while index < len(expression):
        letter = expression[index]
        if letter == "\\":
            part += expression[index : index + 2]
            index += 2
            continue
        if letter == "|" and not in_class:
            yield part
            part = ""
        else:
            in_class = letter == "[" or (in_class and letter != "]")
            part += letter
        index += 1
    yield part


def _alternative(text: str) -> tuple[bool, list[Item], bool]:
    """Whether it holds at the text's first letter only, its items, and whether it holds at the last only."""
    is_first = text.startswith("^")
    index = 1 if is_first else 0
    items: list[Item] = []
    while index < len(text):
        if text[index] == "$" and index == len(text) - 1:
            return is_first, items, True
        letters, index = _atom(text, index)
        (least, most), index = _quantifier(text, index)
        items += _written_out(letters, least, most)
        if len(items) > ITEMS:
            break  # `read` refuses it
    return is_first, items, False


def _atom(text: str, index: int) -> tuple[frozenset[str], int]:
    """What may stand at one place, and where the text goes on."""
    letter = text[index]
    if letter == "\\":
        return _escape(text, index + 1), index + 2
    if letter == "[":
        return _class(text, index + 1)
    if letter == ".":
        return _ALL - {"\n"}, index + 1
    if letter in "^$?*+{}]":
        raise ValueError(f"has {letter} where it means nothing")
    return frozenset(letter), index + 1


def _escape(text: str, index: int) -> frozenset[str]:
    if index >= len(text):
        raise ValueError("ends in the middle of an escape")
    letter = text[index]
    if letter.lower() in _CLASSES:
        known = _CLASSES[letter.lower()]
        return known if letter.islower() else _ALL - known
    if letter.isalnum() and letter not in _ESCAPES:
        raise ValueError(f"has the escape \\{letter}, which is not known")
    return frozenset(_ESCAPES.get(letter, letter))


def _class(text: str, index: int) -> tuple[frozenset[str], int]:
    """What stands in brackets."""
    is_negated = text[index : index + 1] == "^"
    index += is_negated
    found: set[str] = set()
    while index < len(text) and text[index] != "]":
        one, index = (
            (_escape(text, index + 1), index + 2) if text[index] == "\\" else (frozenset(text[index]), index + 1)
        )
        if text[index : index + 1] == "-" and index + 1 < len(text) and text[index + 1] != "]":
            last, index = _end_of_range(text, index + 1)
            first = min(one)
            if len(one) != 1 or last < first:
                raise ValueError("has a range in brackets that is none")
            one = frozenset(map(chr, range(ord(first), ord(last) + 1)))
        found |= one
    if index >= len(text) or not found:
        raise ValueError("has brackets that are empty or don't end")
    return (_ALL - found if is_negated else frozenset(found)), index + 1


def _end_of_range(text: str, index: int) -> tuple[str, int]:
    if text[index] != "\\":
        return text[index], index + 1
    escaped = _escape(text, index + 1)
    return (min(escaped) if len(escaped) == 1 else ""), index + 2


def _quantifier(text: str, index: int) -> tuple[tuple[int, int | None], int]:
    """How often, None for any number; and where the text goes on."""
    letter = text[index : index + 1]
    if letter in _QUANTIFIERS:
        return _QUANTIFIERS[letter], index + 1
    if letter != "{":
        return (1, 1), index
    counts = _COUNTS.match(text, index)
    if counts is None:
        raise ValueError("has braces that hold no counts")
    least = int(counts[1])
    most = (int(counts[3]) if counts[3] else None) if counts[2] else least
    if most is not None and (most < least or most == 0):
        raise ValueError("has braces whose counts are none")
    return (least, most), counts.end()


def _written_out(letters: frozenset[str], least: int, most: int | None) -> list[Item]:
    """Repetitions as items of their own."""
    needed = [Item(letters, is_optional=False, is_repeated=False)] * least
    if most is not None:
        return needed + [Item(letters, is_optional=True, is_repeated=False)] * (most - least)
    return [*needed[1:], Item(letters, is_optional=not least, is_repeated=True)]
