import fnmatch
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weirmq.iam import pattern


def fits(wanted: str, text: str, **values: str) -> bool:
    keys = {name.replace("__", ":"): value for name, value in values.items()}
    return pattern.read(wanted, variables=True).matches(text, keys.get)


@pytest.mark.parametrize(
    ("wanted", "text", "expected"),
    [
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("**", "anything\nat all", True),
        ("?", "", False),
        ("?", "\n", True),
        ("a*", "a", True),
        ("a*", "ba", False),
        ("*a", "ba", True),
        ("*a", "ab", False),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("ab*ba", "aba", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("*b?d*", "abbcdbxdz", True),
        ("a.c", "abc", False),
        ("[a]", "a", False),
        ("a|b", "a", False),
        ("\\*", "\\x", True),
        ("A", "a", False),
        ("arn:aws:sqs:*:1:orders-*", "arn:aws:sqs:eu-west-1:1:orders-7", True),
    ],
)
def test_stars_and_question_marks(wanted: str, text: str, expected: bool) -> None:
    assert fits(wanted, text) is expected


@given(wanted=st.text("ab*?.", max_size=12), text=st.text("ab.", max_size=16))
def test_it_agrees_with_fnmatch(wanted: str, text: str) -> None:
    assert fits(wanted, text) is (re.match(fnmatch.translate(wanted), text) is not None)


@pytest.mark.parametrize(
    "bomb", ["*a" * 500 + "b", "a*" * 500 + "b", "*a?" * 300 + "b", "*" + "?" * 1000 + "b", "*" + "a?" * 1000 + "b"]
)
def test_no_pattern_takes_long(bomb: str) -> None:
    started = time.process_time()
    assert not fits(bomb, "a" * 3000)
    assert time.process_time() - started < 1


def test_variables_stand_for_values_of_the_request() -> None:
    assert fits("${aws:username}-*", "bob-1", aws__username="bob")
    assert not fits("${aws:username}-*", "eve-1", aws__username="bob")
    assert fits("${AWS:UserName}", "bob", aws__username="bob")
    assert fits("x${ aws:username }y", "xbaby", aws__username="bab")


def test_a_variable_is_never_a_wildcard() -> None:
    assert not fits("${aws:username}", "anything", aws__username="*")
    assert fits("${aws:username}?", "**", aws__username="*")


def test_a_variable_without_a_value_fits_nothing_or_its_default() -> None:
    assert not fits("${aws:username}*", "")
    assert not fits("${aws:username}", "${aws:username}")
    assert fits("${aws:username, 'nobody'}-*", "nobody-1")
    assert fits("${aws:username, 'nobody'}-*", "bob-1", aws__username="bob")
    assert fits("${aws:username,''}x", "x")


def test_the_callers_of_one_pattern_are_kept_apart() -> None:
    wanted = pattern.read("${aws:username}-*", variables=True)
    for _ in range(2):
        for name in ("bob", "eve"):
            assert wanted.matches(f"{name}-1", {"aws:username": name}.get)
            assert not wanted.matches("ann-1", {"aws:username": name}.get)


@pytest.mark.parametrize(("wanted", "text"), [("a${*}b", "a*b"), ("a${?}b", "a?b"), ("${$}{x}", "${x}")])
def test_the_special_characters_can_be_written(wanted: str, text: str) -> None:
    assert fits(wanted, text)
    assert not fits(wanted, "axb")


@pytest.mark.parametrize("wanted", ["${", "${}", "${aws:username", "${a b}", "${a,b}", "${${a}}", "x${a, 'b}"])
def test_an_illegible_variable_is_refused(wanted: str) -> None:
    with pytest.raises(ValueError, match="policy variable"):
        pattern.read(wanted, variables=True)
    assert pattern.read(wanted, variables=False).matches(wanted, {}.get)


def test_without_wildcards_a_star_is_a_star() -> None:
    assert not pattern.read("a*", wildcards=False).matches("ab", {}.get)
    assert pattern.read("a*", wildcards=False).matches("a*", {}.get)


@given(st.text(st.sampled_from("${}*?,' ab:"), max_size=30), st.text(max_size=10))
def test_any_text_is_a_pattern_or_refused(wanted: str, text: str) -> None:
    try:
        found = pattern.read(wanted, variables=True)
        pattern.read_arn(wanted, variables=True)
    except ValueError:
        return
    found.matches(text, {"a": "*"}.get)
