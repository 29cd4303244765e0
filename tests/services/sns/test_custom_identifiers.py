import random
import re

import pytest

from weirmq.services.sns.custom_identifiers import read

ATOMS = ("a", "b", r"\d", "[ab]", "[^a]", ".", "1", r"\w", "[a-c1-]", r"\W", r"\.", r"[\d.]")
QUANTIFIERS = ("", "", "", "?", "*", "+", "{2}", "{1,3}", "{0,2}", "{2,}")


def covered(expression: str, text: str) -> list[tuple[int, int]]:
    """The letters that any match covers, by trying every one."""
    pattern = re.compile(expression, re.ASCII)
    pairs = [(start, end) for start in range(len(text)) for end in range(start + 1, len(text) + 1)]
    matches = [(start, end) for start, end in pairs if pattern.fullmatch(text[start:end])]
    marks = "".join("x" if any(start <= at < end for start, end in matches) else " " for at in range(len(text)))
    return [found.span() for found in re.finditer("x+", marks)]


@pytest.mark.parametrize("seed", range(20))
def test_it_finds_what_trying_every_match_finds(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    for _ in range(40):
        parts = [
            "".join(chance.choice(ATOMS) + chance.choice(QUANTIFIERS) for _ in range(chance.randrange(1, 5)))
            for _ in range(chance.randrange(1, 3))
        ]
        expression = "|".join(parts)
        if re.fullmatch(expression, ""):
            with pytest.raises(ValueError, match="empty"):
                read(expression)
            continue
        for _ in range(3):
            text = "".join(chance.choice("aabb1 -c.é\n") for _ in range(chance.randrange(9)))
            assert read(expression).spans(text) == covered(expression, text), (expression, text)


@pytest.mark.parametrize(
    ("expression", "text", "spans"),
    [
        (r"EmployeeID-\d{9}", "EmployeeID-123456789, EmployeeID-12", [(0, 20)]),
        ("^ab", "abab", [(0, 2)]),
        ("ab$", "abab", [(2, 4)]),
        ("^abab$", "abab", [(0, 4)]),
        ("^abab$", "ababab", []),
        ("a|b$", "abab", [(0, 1), (2, 4)]),
        (r"a\|b", "a|b", [(0, 3)]),
        ("[a|b]c", "|c", [(0, 2)]),
        (r"[\]x]", "]", [(0, 1)]),
        ("[+-]1", "-1", [(0, 2)]),
        (r"\n", "a\nb", [(1, 2)]),
        ("[^0-9]", "1é", [(1, 2)]),
    ],
)
def test_what_is_found(expression: str, text: str, spans: list[tuple[int, int]]) -> None:
    assert read(expression).spans(text) == spans


@pytest.mark.parametrize(
    "expression",
    [
        "", "é", "(a)", "x" * 201, "a\\", "[", "[]", "[a", "[^]", "a{", "a{2,1}", "a{0}", "a{,2}", "a{1001}", "a**",
        "*a", r"\b", r"\p", "[b-a]", r"[\d-z]", "^", "$", "a||b", "a|", "]", "a^b", "a$b", "a?", "a*b?",
    ],
)  # fmt: skip
def test_expressions_that_are_none(expression: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read(expression)


@pytest.mark.parametrize(
    "expression", ["a*a*a*a*a*a*b", "a?" * 80 + "a" * 40, ".*.*.*=.*", "[a-z]{1,400}[0-9]{1,400}x"]
)
def test_hostile_expressions(expression: str) -> None:
    assert len(read(expression).spans("a" * 20_000)) <= 1
