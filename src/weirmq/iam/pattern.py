"""The patterns of policies: `*` for any characters, `?` for any one, `${key}` for a value of the request.

A match costs at most the length of the text times that of the pattern, and those steps are taken in C: the pattern is
cut at its stars, and each piece is looked for from where the one before it ended. There is nothing to go back to.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

Resolve: TypeAlias = Callable[[str], str | None]
"""Gives the value of a key of the request by its lower-case name; None where it hasn't exactly one."""

Matcher: TypeAlias = Callable[[str], bool]

_VARIABLE = re.compile(r"\$\{\s*([^\s,{}']+)\s*(?:,\s*'([^'{}]*)'\s*)?\}")
_SPECIAL = frozenset("*?$")


class Variable(NamedTuple):
    """`${key}` or `${key, 'default'}`. The key is in lower case."""

    key: str
    default: str | None


class _Wildcard(NamedTuple):
    char: str


_ANY: Final = _Wildcard("*")
_ONE: Final = _Wildcard("?")
ARN_PARTS = 6
_WILDCARDS = {"*": _ANY, "?": _ONE}

_Token: TypeAlias = str | Variable | _Wildcard


class Pattern:
    """One pattern, read once and matched often."""

    __slots__ = ("_latest", "_matcher", "_tokens")

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        fixed = [token for token in tokens if not isinstance(token, Variable)]
        self._matcher = glob(fixed) if len(fixed) == len(tokens) else None
        self._latest: tuple[list[str | _Wildcard], Matcher] = ([], glob([]))

    @property
    def is_fixed(self) -> bool:
        """Whether it has no variables."""
        return self._matcher is not None

    def matches(self, text: str, resolve: Resolve) -> bool:
        """Whether all of `text` fits. A variable without a value or a default fits nothing."""
        if self._matcher is not None:
            return self._matcher(text)
        tokens = _substituted(self._tokens, resolve)
        if tokens is None:
            return False
        if tokens != self._latest[0]:  # the same caller often comes again
            self._latest = (tokens, glob(tokens))
        return self._latest[1](text)


def read(text: str, *, wildcards: bool = True, variables: bool = False) -> Pattern:
    """The pattern that `text` says; `variables`: it may hold `${key}`. Raises ValueError for one that can't be read."""
    return Pattern(_tokens(text, wildcards=wildcards, variables=variables))


def read_arn(text: str, *, variables: bool = False) -> tuple[Pattern, ...]:
    """The pattern of an ARN, as one for each of its parts, six if it is whole: a `*` reaches no further than its part.

    Raises ValueError for one that can't be read.
    """
    parts: list[list[_Token]] = [[]]
    for token in _tokens(text, wildcards=True, variables=variables):
        if isinstance(token, str):
            first, *more = token.split(":", ARN_PARTS - len(parts))
            parts[-1].append(first)
            parts += [[piece] for piece in more]
        else:
            parts[-1].append(token)
    return tuple(Pattern(part) for part in parts)


def _tokens(text: str, *, wildcards: bool, variables: bool) -> list[_Token]:
    found: list[_Token] = []
    place = 0
    while variables and (start := text.find("${", place)) >= 0:
        match = _VARIABLE.match(text, start)
        if match is None:
            raise ValueError(f"{text!r} holds a policy variable that can't be read")
        found += _split(text[place:start], wildcards=wildcards)
        key, default = match[1], match[2]
        found.append(key if key in _SPECIAL and default is None else Variable(key.lower(), default))
        place = match.end()
    return found + _split(text[place:], wildcards=wildcards)


def _split(text: str, *, wildcards: bool) -> list[_Token]:
    if not wildcards:
        return [text]
    return [_WILDCARDS.get(piece, piece) for piece in re.split(r"([*?])", text) if piece]


def _substituted(tokens: list[_Token], resolve: Resolve) -> list[str | _Wildcard] | None:
    result: list[str | _Wildcard] = []
    for token in tokens:
        if isinstance(token, Variable):
            value = resolve(token.key)
            if value is None:
                value = token.default
            if value is None:
                return None
            result.append(value)
        else:
            result.append(token)
    return result


def glob(tokens: list[str | _Wildcard]) -> Matcher:
    """A test for whole texts that are like `tokens`."""
    if not any(isinstance(token, _Wildcard) for token in tokens):
        return "".join([token for token in tokens if isinstance(token, str)]).__eq__
    if tokens == [_ANY]:
        return lambda _: True
    if len(tokens) == 2 and isinstance(tokens[0], str) and tokens[1] is _ANY:
        head = tokens[0]
        return lambda text: text.startswith(head)
    return _pieces_matcher(tokens)


def _pieces_matcher(tokens: list[str | _Wildcard]) -> Matcher:
    pieces, length = [""], 0
    for token in tokens:
        if token is _ANY:
            pieces.append("")
            length = 0
        elif token is _ONE:
            pieces[-1] += "."
            length += 1
        elif isinstance(token, str):
            pieces[-1] += re.escape(token)
            length += len(token)
    # Pieces hold characters and dots alone, no repetition, so that each is one pass over the text.
    first, *rest = [re.compile(piece, re.DOTALL) for piece in pieces]
    if not rest:
        return lambda text: first.fullmatch(text) is not None
    middle, last, last_chars = [piece for piece in rest[:-1] if piece.pattern], rest[-1], length

    def matches(text: str) -> bool:
        found = first.match(text)
        if found is None:
            return False
        for piece in middle:
            found = piece.search(text, found.end())
            if found is None:
                return False
        start = len(text) - last_chars
        return start >= found.end() and last.match(text, start) is not None

    return matches
