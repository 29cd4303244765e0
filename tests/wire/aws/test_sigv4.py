"""Signatures, against AWS's own examples and against botocore's signer."""

import hashlib
import hmac
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.wire.aws.signing import ACCESS_KEY, NOW_MS, SECRET, request_of, sign
from weirmq.kernel.clock import DAY_MS, MINUTE_MS, SECOND_MS
from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws import sigv4
from weirmq.wire.aws.sigv4 import Signed, Verifier, canonical_path, canonical_query, claimed
from weirmq.wire.http import Request

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
SQS = Signed(ACCESS_KEY, "us-east-1", "sqs")
JSON_HEADERS = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage"}


def verifier() -> Verifier:
    return Verifier({ACCESS_KEY: SECRET})


def refusal(request: Request, now_ms: int = NOW_MS) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        verifier().verify(request, now_ms)
    return caught.value


# AWS's Signature Version 4 test suite: all of them at 2015-08-30T12:36:00Z for us-east-1/service.
SUITE_MS = 1_440_938_160_000
VANILLA = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
UNRESERVED = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SUITE = {
    "get-vanilla": ("GET", "/", {}, "", VANILLA),
    "get-relative": ("GET", "/example/..", {}, "", VANILLA),
    "get-relative-relative": ("GET", "/example1/example2/../..", {}, "", VANILLA),
    "get-slash": ("GET", "//", {}, "", VANILLA),
    "get-slash-dot-slash": ("GET", "/./", {}, "", VANILLA),
    "get-slashes": (
        "GET",
        "//example//",
        {},
        "",
        "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
    ),
    "get-space": (
        "GET",
        "/example space/",
        {},
        "",
        "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
    ),
    "get-unreserved": (
        "GET",
        f"/{UNRESERVED}",
        {},
        "",
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
    ),
    "get-utf8": ("GET", "/\u1234", {}, "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
    "get-vanilla-empty-query-key": (
        "GET",
        "/?Param1=value1",
        {},
        "",
        "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
    ),
    "get-vanilla-query-order-key-case": (
        "GET",
        "/?Param2=value2&Param1=value1",
        {},
        "",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    "get-header-key-duplicate": (
        "GET",
        "/",
        {"My-Header1": "value2,value2,value1"},
        "",
        "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
    ),
    "get-header-value-trim": (
        "GET",
        "/",
        {"My-Header1": " value1", "My-Header2": ' "a   b   c"'},
        "",
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    "post-vanilla": ("POST", "/", {}, "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    "post-header-key-case": (
        "POST",
        "/",
        {"My-Header1": "value1"},
        "",
        "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
    ),
    "post-x-www-form-urlencoded": (
        "POST",
        "/",
        {"Content-Type": "application/x-www-form-urlencoded"},
        "Param1=value1",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
}


def credential(day: str = "20150830", service: str = "service") -> str:
    return f"{ACCESS_KEY}/{day}/us-east-1/{service}/aws4_request"


@pytest.mark.parametrize("case", SUITE)
def test_the_cases_of_awss_test_suite_are_accepted(case: str) -> None:
    method, target, headers, body, signature = SUITE[case]
    names = ";".join(sorted(["host", "x-amz-date", *(name.lower() for name in headers)]))
    sent = {
        "Host": "example.amazonaws.com",
        "X-Amz-Date": "20150830T123600Z",
        **headers,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential()}, SignedHeaders={names}, Signature={signature}",
    }
    request = request_of(method, target, sent, body.encode())
    assert verifier().verify(request, SUITE_MS) == Signed(ACCESS_KEY, "us-east-1", "service")
    request.headers[b"host"] = b"other.amazonaws.com"
    with pytest.raises(ServiceError):
        verifier().verify(request, SUITE_MS)


def test_the_worked_example_of_the_documentation_is_accepted() -> None:
    sent = {
        "Host": "iam.amazonaws.com",
        "X-Amz-Date": "20150830T123600Z",
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential(service='iam')}, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    }
    request = request_of("GET", "/?Action=ListUsers&Version=2010-05-08", sent)
    assert verifier().verify(request, SUITE_MS).service == "iam"


def test_a_header_signed_by_botocore_is_accepted_again_and_again() -> None:
    checks = verifier()
    for number in range(3):
        request = sign(headers=JSON_HEADERS, body=b'{"n":%d}' % number, at_ms=NOW_MS + number * SECOND_MS)
        assert checks.verify(request, NOW_MS) == SQS


def test_what_was_signed_is_held_against_what_came_also_once_a_client_is_known() -> None:
    checks = verifier()
    good = sign(headers=JSON_HEADERS, url="http://localhost:4566/q?a=1")
    assert checks.verify(good, NOW_MS) == SQS
    altered = [
        {"body": b"[]"},
        {"method": b"GET"},
        {"path": b"/r"},
        {"query": b"a=2"},
        {"query": b""},
        {"headers": good.headers | {b"host": b"example.com"}},
        {"headers": good.headers | {b"x-amz-target": b"AmazonSQS.DeleteQueue"}},
        {"headers": good.headers | {b"x-amz-date": b"20260101T000001Z"}},
        {"headers": {name: value for name, value in good.headers.items() if name != b"content-type"}},
        {"headers": good.headers | {b"authorization": good.headers[b"authorization"][:-64] + b"0" * 64}},
        {"headers": good.headers | {b"authorization": good.headers[b"authorization"][:-64] + b"\xff" * 64}},
        {"headers": good.headers | {b"authorization": good.headers[b"authorization"][:-1]}},
    ]
    for change in altered:
        fields = {name: getattr(good, name) for name in Request.__struct_fields__}
        with pytest.raises(ServiceError) as caught:
            checks.verify(Request(**(fields | change)), NOW_MS)
        assert (caught.value.code, caught.value.message, caught.value.status) == (
            "InvalidSignatureException",
            MISMATCH,
            403,
        ), change


def test_another_secret_makes_another_signature() -> None:
    assert refusal(sign(secret="other")).message == MISMATCH


def test_an_unknown_access_key_is_refused() -> None:
    error = refusal(sign(access_key="AKIDOTHER"))
    assert (error.code, error.status) == ("UnrecognizedClientException", 403)
    assert error.message == "The security token included in the request is invalid."


def test_a_session_token_is_handed_on() -> None:
    assert verifier().verify(sign(token="FwoG+/="), NOW_MS).token == "FwoG+/="
    assert verifier().verify(sign(token="FwoG+/=", expires_s=60, body=b"", method="GET"), NOW_MS).token == "FwoG+/="


NAMES = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=12)
PRINTABLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=30)
ENCODED = st.text(max_size=12).map(lambda text: "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "replace")))
SEGMENTS = st.one_of(ENCODED, st.text(string.ascii_letters + string.digits + "-._~", max_size=6))
PATHS = st.lists(SEGMENTS, max_size=5).map(lambda segments: "/" + "/".join(segments))
# botocore signs a query as it stands, so the client must have encoded it in the one way that is signed.
PLAIN = st.text(string.ascii_letters + string.digits + "-._~", max_size=8)
PAIRS = st.lists(st.tuples(PLAIN.filter(bool), PLAIN), max_size=6)
VALUES = st.lists(PRINTABLE.filter(bool), max_size=4).flatmap(
    lambda words: st.sampled_from([" ", "  ", "   "]).map(lambda gap: gap.join(words))
)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    path=PATHS.filter(lambda path: not path.startswith("//")),
    pairs=PAIRS,
    headers=st.dictionaries(NAMES.map(lambda name: f"x-{name}"), VALUES, max_size=6),
    body=st.binary(max_size=300),
    region=st.sampled_from(["us-east-1", "eu-central-1", "cn-north-1"]),
)
def test_whatever_botocore_signs_in_a_header_is_accepted(
    method: str, path: str, pairs: list[tuple[str, str]], headers: dict[str, str], body: bytes, region: str
) -> None:
    query = "&".join(f"{name}={value}" for name, value in pairs)
    headers = {name.lower(): value for name, value in headers.items() if name.lower() != "x-amz-target"}
    request = sign(method, f"http://localhost:4566{path}?{query}", headers, body, region=region)
    assert verifier().verify(request, NOW_MS).region == region


@given(fields=st.dictionaries(st.text(min_size=1, max_size=10), st.text(max_size=30), max_size=5))
def test_whatever_botocore_presigns_is_accepted(fields: dict[str, str]) -> None:
    from botocore.utils import percent_encode_sequence

    texts = {
        name.encode("utf-8", "replace").decode(): value.encode("utf-8", "replace").decode()
        for name, value in fields.items()
        if not name.startswith("X-Amz-")  # those are the signature's own
    }
    query = percent_encode_sequence(texts)
    request = sign("GET", f"http://localhost:4566/?{query}", body=b"", expires_s=60)
    assert verifier().verify(request, NOW_MS + 60 * SECOND_MS) == SQS


@given(text=st.binary(max_size=200), place=st.sampled_from([b"authorization", b"x-amz-date", b"date", b"host"]))
def test_no_header_is_too_strange_for_an_answer(text: bytes, place: bytes) -> None:
    request = sign(headers=JSON_HEADERS)
    request.headers[place] = text
    if place == b"date":
        del request.headers[b"x-amz-date"]
    refusal(request)
    claimed(request)


PRESIGNED = sign("GET", body=b"", expires_s=60)


@given(query=st.binary(max_size=200).filter(lambda query: query.strip(b"&")))
@example(query=b"X-Amz-Signature")
@example(query=b"X-Amz-Date=20260101T000000Z")
@example(query=b"Action=DeleteQueue")
def test_nothing_can_be_added_to_a_query(query: bytes) -> None:
    for whole in (query, PRESIGNED.query + b"&" + query, query + b"&" + PRESIGNED.query):
        refusal(Request(b"GET", b"/?" + whole, b"/", whole, PRESIGNED.headers, b""))


def test_the_clocks_may_differ_by_15_minutes() -> None:
    request = sign()
    for skew_ms in (-15 * MINUTE_MS, 15 * MINUTE_MS):
        assert verifier().verify(request, NOW_MS + skew_ms) == SQS
    late = refusal(request, NOW_MS + 15 * MINUTE_MS + SECOND_MS)
    assert (late.code, late.status) == ("InvalidSignatureException", 403)
    assert late.message == (
        "Signature expired: 20260101T000000Z is now earlier than 20260101T000001Z (20260101T001501Z - 15 min.)"
    )
    early = refusal(request, NOW_MS - 15 * MINUTE_MS - SECOND_MS)
    assert early.message == (
        "Signature not yet current: 20260101T000000Z is still later than 20251231T235959Z (20251231T234459Z + 15 min.)"
    )


def test_a_presigned_request_holds_as_long_as_it_says() -> None:
    request = sign("GET", "http://localhost:4566/?Action=ListQueues", body=b"", expires_s=3600)
    assert verifier().verify(request, NOW_MS + 3600 * SECOND_MS) == SQS
    assert refusal(request, NOW_MS + 3601 * SECOND_MS).message == (
        "Signature expired: 20260101T000000Z is now earlier than 20260101T000001Z (20260101T010001Z - 60 min.)"
    )
    week = sign("GET", body=b"", expires_s=604_800)
    assert verifier().verify(week, NOW_MS + 7 * DAY_MS) == SQS


@pytest.mark.parametrize("expires", ["0", "604801", "-1", "1.5", "", "9" * 5000, "%D9%A3"])
def test_a_presigned_request_holds_for_a_week_at_most(expires: str) -> None:
    request = sign("GET", body=b"", expires_s=60)
    query = request.query.replace(b"Expires=60", b"Expires=" + expires.encode())
    error = refusal(Request(b"GET", b"/?" + query, b"/", query, request.headers, b""))
    assert error.code == "IncompleteSignatureException"
    assert "X-Amz-Expires" in error.message


@pytest.mark.parametrize(
    "name", ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Signature"]
)
def test_a_presigned_request_must_be_whole(name: str) -> None:
    request = sign("GET", body=b"", expires_s=60)
    query = b"&".join(each for each in request.query.split(b"&") if not each.startswith(name.encode()))
    error = refusal(Request(b"GET", b"/?" + query, b"/", query, request.headers, b""))
    assert (error.code, error.status) == ("IncompleteSignatureException", 400)
    assert error.message == (
        f"AWS query-string parameters must include '{name}'. Re-examine the query-string parameters."
    )


def test_a_request_without_a_signature_is_told_so() -> None:
    error = refusal(request_of("GET", "/?Action=ListQueues", {"Host": "localhost"}))
    assert (error.code, error.status) == ("MissingAuthenticationTokenException", 403)
    assert error.message == "Request is missing Authentication Token"


def test_a_date_header_does_where_there_is_no_x_amz_date() -> None:
    assert verifier().verify(sign(headers={"Date": "now"}), NOW_MS) == SQS


@pytest.mark.parametrize(
    "date", ["", "yesterday", "20260101T000000", "20261301T000000Z", "20260101T250000Z", "2026-01"]
)
def test_a_bad_date_is_told_so(date: str) -> None:
    request = sign()
    request.headers[b"x-amz-date"] = date.encode()
    assert refusal(request).code == "IncompleteSignatureException"


def test_the_authority_may_be_signed_in_the_place_of_the_host() -> None:
    """As the SDK for JavaScript does over HTTP/2."""
    date, names = "20150830T123600Z", ":authority;x-amz-date"
    empty = hashlib.sha256().hexdigest()
    canonical = f"GET\n/\n\n:authority:h:4566\nx-amz-date:{date}\n\n{names}\n{empty}"
    scope = "20150830/us-east-1/service/aws4_request"
    key = b"AWS4" + SECRET.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    header = f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders={names}, Signature={signature}"
    request = request_of("GET", "/", {"Host": "h:4566", "X-Amz-Date": date, "Authorization": header})
    assert verifier().verify(request, SUITE_MS).service == "service"
    request.headers[b"host"] = b"other"
    assert refusal(request, SUITE_MS).message.startswith(MISMATCH)


def authorization(**changes: str) -> Request:
    fields = {"Credential": credential("20260101", "sqs"), "SignedHeaders": "host;x-amz-date", "Signature": "0" * 64}
    parts = ", ".join(f"{name}={value}" for name, value in (fields | changes).items() if value)
    return request_of(
        "POST",
        "/",
        {"Host": "h", "X-Amz-Date": "20260101T000000Z", "Authorization": f"AWS4-HMAC-SHA256 {parts}"},
    )


@pytest.mark.parametrize(
    ("changes", "code", "start"),
    [
        (
            {"Credential": ""},
            "Incomplete",
            "Authorization header requires 'Credential' parameter. (Hashed with SHA-256",
        ),
        ({"Signature": ""}, "Incomplete", "Authorization header requires 'Signature' parameter. (Hashed with SHA-256"),
        ({"SignedHeaders": ""}, "Incomplete", "Authorization header requires 'SignedHeaders' parameter. (Hashed"),
        (
            {"Credential": "AKID/20260101/us-east-1/sqs"},
            "Incomplete",
            (
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
                "got 'AKID/20260101/us-east-1/sqs'"
            ),
        ),
        (
            {"Credential": credential("20260102", "sqs")},
            "Invalid",
            (
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                "'20260102' != '20260101', from '20260101T000000Z'."
            ),
        ),
        ({"Credential": credential("2026", "sqs")}, "Invalid", "Date in Credential scope does not match"),
        (
            {"Credential": f"{ACCESS_KEY}/20260101/us-east-1/sqs/aws5_request"},
            "Invalid",
            "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.",
        ),
        (
            {"Credential": f"{ACCESS_KEY}/20260101/US EAST/sqs/aws4_request"},
            "Invalid",
            "Credential should be scoped to a valid region.",
        ),
        (
            {"Credential": f"{ACCESS_KEY}/20260101/us-east-1//aws4_request"},
            "Invalid",
            "Credential should be scoped to a valid service.",
        ),
        (
            {"SignedHeaders": "x-amz-date"},
            "Invalid",
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization header.",
        ),
        ({"SignedHeaders": "host;host"}, "Invalid", MISMATCH),
        ({"SignedHeaders": "host;a%b;%s;%(x)s"}, "Invalid", MISMATCH),
        ({"Signature": "0" * 63}, "Invalid", MISMATCH),
    ],
)
def test_a_faulty_authorization_header_is_told_what_is_wrong(changes: dict[str, str], code: str, start: str) -> None:
    error = refusal(authorization(**changes))
    assert error.code == ("IncompleteSignatureException" if code == "Incomplete" else "InvalidSignatureException")
    assert error.message.startswith(start)


@pytest.mark.parametrize(
    "scheme", ["Basic dXNlcg==", "AWS4-HMAC-SHA1 Credential=a", "AWS AKID:sig", "", "AWS4-HMAC-SHA256"]
)
def test_other_schemes_are_refused(scheme: str) -> None:
    request = authorization()
    request.headers[b"authorization"] = scheme.encode()
    assert refusal(request).code == "IncompleteSignatureException"


def test_the_secret_part_of_a_foreign_header_is_not_repeated() -> None:
    request = authorization()
    request.headers[b"authorization"] = b"AWS4-HMAC-SHA256 Bearer-of-secrets"
    assert "secrets" not in refusal(request).message


def test_a_target_that_was_not_signed_is_refused() -> None:
    checks = verifier()
    plain, presigned = sign(), sign("POST", body=b"", expires_s=60)
    for request in (plain, presigned):
        assert checks.verify(request, NOW_MS) == SQS
        request.headers[b"x-amz-target"] = b"AmazonSQS.DeleteQueue"
        with pytest.raises(ServiceError, match="'X-Amz-Target' must be a 'SignedHeader'"):
            checks.verify(request, NOW_MS)


def test_the_real_body_counts_whatever_x_amz_content_sha256_says() -> None:
    for stated in ("UNSIGNED-PAYLOAD", "0" * 64):
        assert refusal(sign(headers={"X-Amz-Content-SHA256": stated})).message == MISMATCH
    true = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # SHA-256 of {}
    assert verifier().verify(sign(headers={"X-Amz-Content-SHA256": true}), NOW_MS) == SQS


def test_strangers_leave_nothing_behind() -> None:
    checks = verifier()
    for number in range(50):
        for request in (sign(access_key=f"AKID{number}"), sign(secret=f"{number}", region=f"r-{number}")):
            with pytest.raises(ServiceError):
                checks.verify(request, NOW_MS)
    assert not checks._known
    assert len(checks._keys) == 50


def test_what_is_remembered_is_bounded() -> None:
    checks = verifier()
    limit = sigv4._MAX_KNOWN
    request = sign()
    prefix = request.headers[b"authorization"]
    for number in range(limit + 10):
        checks._known[b"%d" % number] = checks._read_header(prefix, request.headers)[0]
        checks._key(ACCESS_KEY, b"20260101", b"r-%d" % number, b"sqs")
    assert len(checks._keys) <= limit
    checks.verify(request, NOW_MS)
    assert len(checks._known) == 1


def test_a_signing_key_is_hmac_sha_256() -> None:
    key = sigv4.SigningKey(SECRET, b"20260101", b"us-east-1", b"sqs")
    derived = b"AWS4" + SECRET.encode()
    for part in (b"20260101", b"us-east-1", b"sqs", b"aws4_request"):
        derived = hmac.new(derived, part, "sha256").digest()
    assert key.sign(b"text") == hmac.new(derived, b"text", "sha256").hexdigest().encode()


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        (b"", b"/"),
        (b"/000000000000/orders.fifo", b"/000000000000/orders.fifo"),
        (b"/a%20b", b"/a%2520b"),
        (b"/a:b/", b"/a%3Ab/"),
        (b"/../../a", b"/a"),
        (b"/a/./b//c/../d/", b"/a/b/d/"),
        (b"/...", b"/..."),
        (b"/\xff", b"/%FF"),
    ],
)
def test_paths_are_normalised_and_encoded_once_more(path: bytes, canonical: bytes) -> None:
    assert canonical_path(path) == canonical


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        (b"", b""),
        (b"b=2&a=1", b"a=1&b=2"),
        (b"a=2&a=1&a", b"a=&a=1&a=2"),
        (b"a-b=1&a=2", b"a=2&a-b=1"),
        (b"A=1&a=2&B=3", b"A=1&B=3&a=2"),
        (b"a=b%2fc%7e", b"a=b%2Fc~"),
        (b"a=b+c", b"a=b%20c"),
        (b"a=b=c", b"a=b%3Dc"),
        (b"&&a=1&", b"a=1"),
        (b"a=%zz", b"a=%25zz"),
        (b"a=\xc3\xa9", b"a=%C3%A9"),
    ],
)
def test_queries_are_sorted_and_encoded_in_one_way(query: bytes, canonical: bytes) -> None:
    assert canonical_query(query) == canonical


def test_a_claim_is_read_without_being_checked() -> None:
    assert claimed(sign(access_key="test", region="eu-west-1")) == Signed("test", "eu-west-1", "sqs")
    assert claimed(sign("GET", body=b"", expires_s=1, access_key="a/b")) == Signed("a/b", "us-east-1", "sqs")
    assert claimed(request_of("GET", "/", {})) is None
    assert claimed(authorization(Credential="a/b/US:east/sqs/aws4_request")) is None
