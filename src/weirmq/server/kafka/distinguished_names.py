"""Who shows a certificate: its subject's distinguished name, and the principal that a listener's rules make of it.

Rules are Kafka's `ssl.principal.mapping.rules`: separated by commas, the first whose pattern matches the whole name
counts. `RULE:pattern/replacement/` with `L` or `U` behind it for lower or upper case; `DEFAULT` is the name itself.
Source: https://kafka.apache.org/documentation/#security_authz_ssl (KIP-371)
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from cryptography import x509

DEFAULT: Final = "DEFAULT"
_RULE: Final = re.compile(r"\s*(?:(DEFAULT)|RULE:((?:\\.|[^\\/])*)/((?:\\.|[^\\/])*)/([LU]?))\s*(?:,|\Z)")
_ESCAPED: Final = re.compile(r"\\(.)|\$(\d)")
_SPECIAL: Final = re.compile(r'[,+"\\<>;=]|\A[ #]| \Z')
# RFC 2253, 2.3: the attribute types that have names. Java gives no others.
_KEYWORDS: Final = {
    "2.5.4.3": "CN", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.6": "C",
    "2.5.4.9": "STREET", "0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID",
}  # fmt: skip


class Rule(NamedTuple):
    """`pattern` None: the name itself. `case` is L, U or empty."""

    pattern: "re.Pattern[str] | None"
    replacement: str
    case: str


def rules(text: str) -> tuple[Rule, ...]:
    """The rules in `text`. Raises ValueError."""
    found = []
    at = 0
    while at < len(text):
        match = _RULE.match(text, at)
        if match is None:
            raise ValueError(f"{text[at:]!r} begins with no rule: RULE:pattern/replacement/, with L or U, or DEFAULT")
        at = match.end()
        default, pattern, replacement, case = match.groups()
        found.append(Rule(None, "", "") if default else _rule(pattern, replacement, case))
    return tuple(found) or (Rule(None, "", ""),)


def _rule(pattern: str, replacement: str, case: str) -> Rule:
    """In Java a replacement names groups as `$1`, and other letters after a backslash stand for themselves."""
    try:
        compiled = re.compile(pattern)
        made = _ESCAPED.sub(_in_python, replacement)
        compiled.sub(made, "")  # groups that aren't there are found out by the template alone
    except re.error as error:
        raise ValueError(f"{pattern} or {replacement} is no regular expression: {error}") from None
    return Rule(compiled, made, case)


def _in_python(found: "re.Match[str]") -> str:
    return f"\\g<{found[2]}>" if found[2] else found[1].replace("\\", "\\\\")


def principal(name: str, mapping: Sequence[Rule]) -> str | None:
    """What the first rule that matches makes of a distinguished name; None where none does."""
    for rule in mapping:
        if rule.pattern is None:
            return name
        match = rule.pattern.fullmatch(name)
        if match is not None:
            found = match.expand(rule.replacement)
            return found.lower() if rule.case == "L" else found.upper() if rule.case == "U" else found
    return None


def subject(certificate: bytes) -> str:
    """The distinguished name of a DER certificate's subject, as in RFC 2253: the last attribute first."""
    from cryptography.x509 import load_der_x509_certificate

    parts = load_der_x509_certificate(certificate).subject.rdns
    return ",".join("+".join(_attribute(each) for each in part) for part in reversed(parts))


def _attribute(attribute: "x509.NameAttribute[str | bytes]") -> str:
    oid = attribute.oid.dotted_string
    value = attribute.value
    if oid not in _KEYWORDS or isinstance(value, bytes):
        return f"{oid}=#{_der(attribute).hex()}"
    return f"{_KEYWORDS[oid]}=" + _SPECIAL.sub(lambda found: "\\" + found[0], value)


def _der(attribute: "x509.NameAttribute[str | bytes]") -> bytes:
    """The value in DER: what follows the type in a name of this attribute alone."""
    from cryptography.x509 import Name

    pair = _content(_content(_content(Name([attribute]).public_bytes())))
    return pair[2 + pair[1] :]


def _content(encoded: bytes) -> bytes:
    """What is inside a DER value: behind its tag and its length, which has more bytes where it is above 127."""
    return encoded[2 + (encoded[1] & 0x7F if encoded[1] & 0x80 else 0) :]
