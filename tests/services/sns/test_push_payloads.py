import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.services.sns.world import refused
from weirmq.engine.handover import Value
from weirmq.services.sns import push_payloads
from weirmq.services.sns.platforms import PLATFORMS
from weirmq.services.sns.push_payloads import Malformed, payload


def made(platform: str, own: Any, **attributes: str) -> Any:
    """The payload for a message with an entry of the platform's own."""
    text = own if isinstance(own, str) else json.dumps(own)
    values = {f"AWS.SNS.MOBILE.{name.replace('_', '.')}": Value("String", value) for name, value in attributes.items()}
    return json.loads(payload(platform, {"default": "plain", platform: text}, values))


def plain(platform: str, **attributes: str) -> bytes:
    values = {f"AWS.SNS.MOBILE.{name.replace('_', '.')}": Value("String", value) for name, value in attributes.items()}
    return payload(platform, {"default": 'a "plain" <one>'}, values)


def test_a_plain_message() -> None:
    assert json.loads(plain("APNS")) == {"aps": {"alert": 'a "plain" <one>'}}
    assert json.loads(plain("GCM")) == {"message": {"data": {"default": 'a "plain" <one>'}}}
    assert json.loads(plain("ADM")) == {"data": {"default": 'a "plain" <one>'}}
    assert json.loads(plain("BAIDU"))["description"] == 'a "plain" <one>'
    for platform in ("WNS", "MPNS"):
        assert "".join(ET.fromstring(plain(platform)).itertext()) == 'a "plain" <one>'  # noqa: S314 - our own
    assert plain("WNS", WNS_Type="wns/raw") == plain("MPNS", MPNS_Type="raw") == b'a "plain" <one>'


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_every_platform_takes_one(platform: str) -> None:
    assert plain(platform)


def test_an_entry_of_its_own() -> None:
    assert made("APNS_SANDBOX", {"aps": {"badge": 1}}) == {"aps": {"badge": 1}}
    assert json.loads(payload("APNS_SANDBOX", {"default": "a", "APNS": "{}"}, {})) == {"aps": {"alert": "a"}}
    assert payload("WNS", {"default": "a", "WNS": "<badge/>"}, {}) == b"<badge/>"
    assert json.loads(payload("FCM", {"default": "a", "GCM": '{"data":{"a":"b"}}'}, {}))["message"]["data"] == {
        "a": "b"
    }


def test_firebases_old_form_is_rewritten() -> None:
    old = {
        "priority": "high",
        "time_to_live": 60,
        "collapse_key": "news",
        "dry_run": True,
        "data": {"text": "a", "number": 1, "list": [1, "b"], "flag": True},
        "notification": {
            "title": "T",
            "body": "B",
            "sound": "ping",
            "android_channel_id": "c",
            "title_loc_args": '["x"]',
        },
    }
    assert made("GCM", old) == {
        "validate_only": True,
        "message": {
            "data": {"text": "a", "number": "1", "list": '[1,"b"]', "flag": "true"},
            "notification": {"title": "T", "body": "B"},
            "android": {
                "priority": "high",
                "ttl": "60s",
                "collapse_key": "news",
                "notification": {"sound": "ping", "channel_id": "c", "title_loc_args": ["x"]},
            },
        },
    }


def test_firebases_new_form_stays() -> None:
    message = {"notification": {"title": "T"}, "apns": {"payload": {"aps": {"badge": 1}}}, "android": {"ttl": "5s"}}
    own = {"fcmV1Message": {"validate_only": False, "message": message}}
    assert made("GCM", own) == {"validate_only": False, "message": message}
    assert made("GCM", own, FCM_TTL="60")["message"]["android"] == {"ttl": "60s"}


def test_how_long_to_try() -> None:
    assert json.loads(plain("GCM", GCM_TTL="7"))["message"]["android"] == {"ttl": "7s"}
    assert json.loads(plain("ADM", ADM_TTL="7"))["expiresAfter"] == 7
    assert made("ADM", {"data": {}}, ADM_TTL="7") == {"data": {}, "expiresAfter": 7}


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        ("APNS", "hello"),
        ("APNS", "[]"),
        ("APNS", "[" * 50_000),
        ("APNS", '{"aps":NaN}'),
        ("GCM", f'{{"data":{{"a":{"[" * 900}{"]" * 900}}}}}' + "]"),
        ("GCM", '{"data":"x"}'),
        ("GCM", '{"notification":[]}'),
        ("GCM", '{"fcmV1Message":{}}'),
        ("GCM", '{"fcmV1Message":{"message":"x"}}'),
        ("ADM", "1"),
    ],
)
def test_malformed(platform: str, text: str) -> None:
    with pytest.raises(Malformed):
        payload(platform, {"default": "a", platform: text}, {})
    with refused("InvalidParameter"):
        payload(platform, {"default": "a", platform: text}, {}, is_direct=True)


def test_nothing_to_send() -> None:
    with refused("InvalidParameter", "Invalid parameter: JSON must contain an entry for 'default' or 'APNS'."):
        payload("APNS", {"email": "a"}, {}, is_direct=True)


def test_letters_that_no_text_can_hold() -> None:
    assert b"\xed" not in payload("APNS", {"default": "\ud800"}, {})


def test_firebase_reads_the_token_in_the_payload() -> None:
    body = push_payloads.with_token("GCM", plain("GCM"), "abc")
    assert json.loads(body) == {"message": {"token": "abc", "data": {"default": 'a "plain" <one>'}}}
    own = json.dumps({"fcmV1Message": {"message": {"token": "other", "topic": "all"}, "validate_only": True}})
    body = push_payloads.with_token("FCM", payload("FCM", {"FCM": own}, {}), 'a"b')
    assert json.loads(body) == {"message": {"token": 'a"b'}, "validate_only": True}
    assert push_payloads.with_token("APNS", b"{}", "abc") == b"{}"
