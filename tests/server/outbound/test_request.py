from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weirmq.engine.errands import HttpErrand
from weirmq.server.outbound.request import Origin, head, origin, pseudo_fields, target


def lines(errand: HttpErrand) -> list[str]:
    text = head(errand).decode("latin-1")
    assert text.endswith("\r\n\r\n")
    return text[:-4].split("\r\n")


def test_a_whole_head() -> None:
    errand = HttpErrand(url="https://example.com/sns/in?a=b", headers=[("X-One", "1"), ("X-Two", "zwei")], body=b"four")
    assert lines(errand) == [
        "POST /sns/in?a=b HTTP/1.1", "Host: example.com", "X-One: 1", "X-Two: zwei", "Content-Length: 4",
    ]  # fmt: skip
    assert origin(errand) == Origin(secure=True, host="example.com", port=443, is_trusted=False)


@pytest.mark.parametrize(
    ("url", "line", "host"),
    [
        ("http://example.com", "POST / HTTP/1.1", "example.com"),
        ("http://example.com:80/", "POST / HTTP/1.1", "example.com"),
        ("http://example.com:8080/a", "POST /a HTTP/1.1", "example.com:8080"),
        ("https://example.com:80/", "POST / HTTP/1.1", "example.com:80"),
        ("http://EXAMPLE.com/a%20b#part", "POST /a%20b HTTP/1.1", "example.com"),
        ("http://example.com?q=ü", "POST /?q=%C3%BC HTTP/1.1", "example.com"),
        ("http://bücher.example/", "POST / HTTP/1.1", "xn--bcher-kva.example"),
        ("http://[::1]:9000/", "POST / HTTP/1.1", "[::1]:9000"),
        ("http://[2001:DB8::0:1]/", "POST / HTTP/1.1", "[2001:db8::1]"),
    ],
)
def test_urls(url: str, line: str, host: str) -> None:
    assert lines(HttpErrand(url=url))[:2] == [line, f"Host: {host}"]


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "//example.com", "http://", "http:///path", "http://example.com:0/", "http://a b/",
     "http://example.com:99999/", "http://example.com/\r\nX: y", "http://example.com\t/", "http://exa_mple!.com/",
     "http://[fe80::1%25eth0]/", "http://[::g]/", "http://-/", "http://a..b/", "http://" + "a" * 64 + ".com/",
     "http://example.com:-1/", "http://ex\\ample/", "http://[::1", "http://\x7f/"],
)  # fmt: skip
def test_urls_that_lead_nowhere(url: str) -> None:
    with pytest.raises(ValueError):
        head(HttpErrand(url=url))


def test_a_user_in_the_url_is_basic_authentication() -> None:
    *_, authorization, _ = lines(HttpErrand(url="http://us%40er:p%3Aass@example.com/"))
    name, scheme, value = authorization.split(" ")
    assert (name, scheme, b64decode(value)) == ("Authorization:", "Basic", b"us@er:p:ass")
    assert target("http://us%40er:p%3Aass@example.com/").authority == "example.com"


def test_the_errands_own_authorization_wins() -> None:
    errand = HttpErrand(url="http://user:pass@example.com/", headers=[("authorization", "Bearer token")])
    assert [line for line in lines(errand) if line.lower().startswith("authorization")] == [
        "authorization: Bearer token"
    ]


def test_framing_is_nobody_elses() -> None:
    headers = [(name, "x") for name in ("Host", "content-length", "Transfer-Encoding", "CONNECTION", "Upgrade", "TE")]
    assert lines(HttpErrand(url="http://example.com/", headers=headers)) == [
        "POST / HTTP/1.1", "Host: example.com", "Content-Length: 0",
    ]  # fmt: skip


def test_a_get_without_a_body_has_no_length() -> None:
    assert lines(HttpErrand(url="http://example.com/", method="GET")) == ["GET / HTTP/1.1", "Host: example.com"]


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\rb", "a\0b", "\r\n\r\nGET / HTTP/1.1", "snow\N{SNOWMAN}"])
def test_no_value_ends_a_line(value: str) -> None:
    with pytest.raises(ValueError):
        head(HttpErrand(url="http://example.com/", headers=[("X-Text", value)]))


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "ä", "a\0"])
def test_no_name_does(name: str) -> None:
    with pytest.raises(ValueError, match="is no header name"):
        head(HttpErrand(url="http://example.com/", headers=[(name, "x")]))


@pytest.mark.parametrize("method", ["", "GET /", "G\r\nET", "P ST"])
def test_methods(method: str) -> None:
    with pytest.raises(ValueError, match="is no HTTP method"):
        head(HttpErrand(url="http://example.com/", method=method))


def test_a_head_has_an_end() -> None:
    with pytest.raises(ValueError, match="the headers are longer"):
        head(HttpErrand(url="http://example.com/", headers=[("X", "y" * 70_000)]))


@given(st.text(), st.lists(st.tuples(st.text(max_size=9), st.text(max_size=20)), max_size=4), st.text(max_size=8))
def test_whatever_comes_in_nothing_gets_out_of_its_line(path: str, headers: list[tuple[str, str]], method: str) -> None:
    try:
        text = head(HttpErrand(url=f"http://example.com/{path}", headers=headers, method=method))
    except ValueError:
        return
    first, *rest = text[:-4].split(b"\r\n")
    assert text.endswith(b"\r\n\r\n")
    assert first.endswith(b" HTTP/1.1")
    assert len(first.split(b" ")) == 3
    assert len(rest) <= len(headers) + 2
    assert all(line.split(b":")[0].strip() for line in rest)


def test_the_same_as_http2_has_it() -> None:
    errand = HttpErrand(url="https://api.push.example:2197/3/device/1", headers=[("APNS-Topic", " app ")], body=b"{}")
    assert pseudo_fields(errand) == [
        (":method", "POST"), (":scheme", "https"), (":authority", "api.push.example:2197"), (":path", "/3/device/1"),
        ("apns-topic", "app"), ("content-length", "2"),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="a header's value holds a line break"):
        pseudo_fields(HttpErrand(url="https://example.com", headers=[("X", "a\r\nb")]))
