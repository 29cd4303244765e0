"""Names of certificates, as Java writes them, and the principals that rules make of them."""

from pathlib import Path

import pytest
from cryptography.x509.oid import NameOID

from tests.server.kafka.certificates import CN, Authority, C, O
from weirmq.server.kafka.distinguished_names import principal, rules, subject


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        (((C, "DE"), (O, "Weir"), (CN, "alice")), "CN=alice,O=Weir,C=DE"),
        (((CN, 'a,b+c"d\\e<f>g;h=i'),), 'CN=a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h\\=i'),
        (((CN, "#one "),), "CN=\\#one\\ "),
        (((CN, "J\u00fcrgen"),), "CN=J\u00fcrgen"),
        (((NameOID.EMAIL_ADDRESS, "a@b"),), "1.2.840.113549.1.9.1=#1603614062"),
        (((NameOID.EMAIL_ADDRESS, "a" * 200),), "1.2.840.113549.1.9.1=#1681c8" + "61" * 200),
    ],
)
def test_names_are_written_as_in_rfc_2253(
    attributes: tuple[tuple[NameOID, str], ...], name: str, tmp_path: Path
) -> None:
    assert subject(Authority(tmp_path).certify("client", attributes).der) == name  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("DEFAULT", "CN=alice,O=Weir", "CN=alice,O=Weir"),
        ("", "CN=alice", "CN=alice"),
        ("RULE:^CN=(.*?),OU=ServiceUsers.*$/$1/", "CN=kafka,OU=ServiceUsers,O=x", "kafka"),
        ("RULE:^CN=(.*?),OU=(.*?),O=(.*?)$/$1@$2/L , DEFAULT", "CN=Adm,OU=Ops,O=x", "adm@ops"),
        ("RULE:^.*[Cc][Nn]=([a-zA-Z0-9.]*).*$/$1/U", "O=x,CN=ann.b", "ANN.B"),
        ("RULE:CN=(.*),O=x/$1/,RULE:CN=(.*)/second $1/", "CN=a", "second a"),
        ("RULE:CN=(.*),O=x/$1/", "CN=a", None),
        ("RULE:CN=a\\/(b)/x\\/$1\\$1/", "CN=a/b", "x/b$1"),
        ("RULE:CN=a/\\\\/", "CN=a", "\\"),
    ],
)
def test_rules(text: str, name: str, found: str | None) -> None:
    assert principal(name, rules(text)) == found


@pytest.mark.parametrize("text", ["RULE:x", "RULE:x/y", "DEFAULT;", "RULE:(/x/", "RULE:x/$1/", "RULE:x/y/M", "x"])
def test_what_is_no_rule(text: str) -> None:
    with pytest.raises(ValueError, match=r"rule|regular expression"):
        rules(text)
