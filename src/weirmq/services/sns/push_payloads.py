"""What each platform gets for a message: the payload, as its own API takes it.

    structure `json`   the entry of the platform's name, or of its family's: GCM for FCM and the other way round
    else               the message itself, wrapped: {"aps": {"alert": ...}}, {"message": {"data": ...}}, ...

Sources: https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-fcm-v1-payloads.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-ttl.html and
https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html ("Reserved message attributes for mobile push")
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from weirmq.engine.handover import Value
from weirmq.kernel.errors import ServiceError
from weirmq.services.sns import errors
from weirmq.services.sns.platforms import ADM, APPLE, BAIDU, GOOGLE, MPNS, WNS

MOBILE: Final = "AWS.SNS.MOBILE."  # how the attributes start that are for platforms
V1: Final = "fcmV1Message"

_GOOGLE_TTL_S: Final = 2_419_200  # four weeks: Firebase, "Lifespan of a message"; also Apple's, as SNS documents it
_ADM_TTL_S: Final = 2_678_400  # 31 days: ADM, "expiresAfter"
_COLLAPSE_ID_BYTES: Final = 64  # Apple, "Sending notification requests to APNs"
_WNS_TAG_LETTERS: Final = 16  # "Push notification service request and response headers"
_REFERENCES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


_MESSAGE: Final = b'{"message":{'  # how every request to Google starts
_ADDRESSES: Final = frozenset({"condition", "token", "topic"})  # whom a message goes to is the endpoint's to say


class Malformed(Exception):  # noqa: N818 - says what is so
    """A message can't be sent by a platform."""


def payload(
    platform: str, messages: Mapping[str, str], attributes: Mapping[str, Value], *, is_direct: bool = False
) -> bytes:
    """What a device of `platform` gets of a message.

    `messages` are those of a message with structure `json`, or {"default": message}. A publish to the endpoint itself
    (`is_direct`) is refused with InvalidParameter where there is nothing to send, or what is there can't be sent; for
    others, Malformed says why.
    """
    text = _own(platform, messages)
    try:
        if text is not None:
            return _OWN.get(platform, _as_object)(platform, text, attributes)
        if "default" in messages:
            return _WRAPPERS[platform](messages["default"], attributes)
    except Malformed as error:
        if is_direct:
            raise errors.bad_parameter("Message", str(error)) from None
        raise
    reason = f"JSON must contain an entry for 'default' or '{platform}'."
    raise errors.bad_parameter(reason) if is_direct else Malformed(reason)


def _own(platform: str, messages: Mapping[str, str]) -> str | None:
    text = messages.get(platform)
    if text is None and platform in GOOGLE:
        return messages.get("GCM", messages.get("FCM"))
    return text


def with_token(platform: str, body: bytes, token: str) -> bytes:
    """A payload on its way to one device: Firebase reads the device's token in it."""
    if platform not in GOOGLE:
        return body
    rest = body.removeprefix(_MESSAGE)
    return b"".join((_MESSAGE, b'"token":', _dump(token), b"" if rest.startswith(b"}") else b",", rest))


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _load(platform: str, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Malformed(f"Invalid notification for protocol {platform}: Notification is malformed")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _as_object(platform: str, text: str, _attributes: Mapping[str, Value]) -> bytes:
    _load(platform, text)
    return text.encode("utf-8", "replace")


def _as_text(_platform: str, text: str, _attributes: Mapping[str, Value]) -> bytes:
    return text.encode("utf-8", "replace")


# Apple


def _alert(message: str, _attributes: Mapping[str, Value]) -> bytes:
    return _dump({"aps": {"alert": message}})


# Google: what was written for its old API is rewritten for HTTP v1, as AWS does


def _google(platform: str, text: str, attributes: Mapping[str, Value]) -> bytes:
    found = _load(platform, text)
    if V1 in found:
        request = found[V1]
        if not isinstance(request, dict) or not isinstance(request.get("message"), dict):
            raise Malformed(f"Invalid notification for protocol {platform}: {V1} must have a message")
        message = {name: value for name, value in request["message"].items() if name not in _ADDRESSES}
        more = {name: value for name, value in request.items() if name != "message"}
    else:
        message = _from_old(platform, found)
        more = {"validate_only": True} if found.get("dry_run") is True else {}
    _set_ttl(message, attributes)
    return _google_request(message, more)


def _google_text(message: str, attributes: Mapping[str, Value]) -> bytes:
    found: dict[str, Any] = {"data": {"default": message}}
    _set_ttl(found, attributes)
    return _google_request(found, {})


def _google_request(message: dict[str, Any], more: Mapping[str, Any]) -> bytes:
    """A request that starts with its message, so that a token can be put in without reading it again."""
    try:
        return _dump({"message": message, **more})
    except RecursionError:
        raise Malformed("Invalid notification: it is nested too deeply") from None


def _set_ttl(message: dict[str, Any], attributes: Mapping[str, Value]) -> None:
    ttl = _ttl(attributes, "FCM", "GCM")
    if ttl is not None:
        android = message.get("android")
        message["android"] = {**(android if isinstance(android, dict) else {}), "ttl": f"{ttl}s"}


# Members of the old API's notification that HTTP v1 has for all devices; it has the others for Android only.
_FOR_ALL: Final = frozenset({"title", "body", "image"})
_RENAMED: Final = {"android_channel_id": "channel_id"}
_LISTS: Final = frozenset({"body_loc_args", "title_loc_args"})


def _from_old(platform: str, old: Mapping[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {}
    android: dict[str, Any] = {}
    match old.get("data"):
        case dict() as data:
            message["data"] = {name: _string(value) for name, value in data.items()}
        case None:
            pass
        case _:
            raise Malformed(f"Invalid notification for protocol {platform}: data must be an object")
    match old.get("notification"):
        case dict() as notification:
            message["notification"] = {name: value for name, value in notification.items() if name in _FOR_ALL}
            own = {_RENAMED.get(name, name): _loc(name, value) for name, value in notification.items()}
            if rest := {name: value for name, value in own.items() if name not in _FOR_ALL}:
                android["notification"] = rest
        case None:
            pass
        case _:
            raise Malformed(f"Invalid notification for protocol {platform}: notification must be an object")
    if old.get("priority") in ("high", "normal"):
        android["priority"] = old["priority"]
    if isinstance(ttl := old.get("time_to_live"), int) and not isinstance(ttl, bool):
        android["ttl"] = f"{ttl}s"
    for name in ("collapse_key", "restricted_package_name", "direct_boot_ok"):
        if name in old:
            android[name] = old[name]
    return {**message, **({"android": android} if android else {})}


def _loc(name: str, value: Any) -> Any:
    """The old API took lists of arguments as JSON in a string."""
    if name in _LISTS and isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return [value]
    return value


def _string(value: Any) -> str:
    """HTTP v1 takes strings only in data."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# The others


def _adm(platform: str, text: str, attributes: Mapping[str, Value]) -> bytes:
    return _adm_request(_load(platform, text), attributes)


def _adm_text(message: str, attributes: Mapping[str, Value]) -> bytes:
    return _adm_request({"data": {"default": message}}, attributes)


def _adm_request(request: dict[str, Any], attributes: Mapping[str, Value]) -> bytes:
    ttl = _ttl(attributes, "ADM")
    return _dump(request if ttl is None else {**request, "expiresAfter": ttl})


def _baidu_text(message: str, _attributes: Mapping[str, Value]) -> bytes:
    return _dump({"title": "", "description": message})


def _wns_text(message: str, attributes: Mapping[str, Value]) -> bytes:
    if _text(attributes, "WNS.Type") == "wns/raw":
        return message.encode("utf-8", "replace")
    binding = f'<binding template="ToastText01"><text id="1">{message.translate(_REFERENCES)}</text></binding>'
    return f"<toast><visual>{binding}</visual></toast>".encode("utf-8", "replace")


def _mpns_text(message: str, attributes: Mapping[str, Value]) -> bytes:
    if _text(attributes, "MPNS.Type") == "raw":
        return message.encode("utf-8", "replace")
    toast = f"<wp:Toast><wp:Text1>{message.translate(_REFERENCES)}</wp:Text1></wp:Toast>"
    return (
        f'<?xml version="1.0" encoding="utf-8"?><wp:Notification xmlns:wp="WPNotification">{toast}</wp:Notification>'
    ).encode("utf-8", "replace")


_OWN: Final[Mapping[str, Callable[[str, str, Mapping[str, Value]], bytes]]] = {
    **dict.fromkeys(GOOGLE, _google),
    ADM: _adm,
    MPNS: _as_text,
    WNS: _as_text,
}
_WRAPPERS: Final[Mapping[str, Callable[[str, Mapping[str, Value]], bytes]]] = {
    **dict.fromkeys(APPLE, _alert),
    **dict.fromkeys(GOOGLE, _google_text),
    ADM: _adm_text,
    BAIDU: _baidu_text,
    MPNS: _mpns_text,
    WNS: _wns_text,
}

# Attributes for platforms


def _text(attributes: Mapping[str, Value], name: str) -> str | None:
    value = attributes.get(f"{MOBILE}{name}")
    return None if value is None else value.string


def _ttl(attributes: Mapping[str, Value], *families: str) -> int | None:
    """Seconds for which a platform tries; None where the message doesn't say. Checked when it was published."""
    for family in families:
        text = _text(attributes, f"{family}.TTL")
        if text is not None:
            return int(text)
    return None


def check_attributes(attributes: Mapping[str, Value]) -> None:
    """Raises ParameterValueInvalid for an attribute of a platform's that can't be so. Unknown ones are left alone."""
    for name, value in attributes.items():
        if name.startswith(MOBILE):
            family, _, kind = name.removeprefix(MOBILE).partition(".")
            if value.string is None:
                raise _refused(name, "must be a String or a Number")
            if kind == "TTL":
                _check_ttl(name, family, value.string)
                continue
            form = _FORMS.get(f"{'APNS' if family in APPLE else family}.{kind}")
            if form is not None and not form.fullmatch(value.string):
                raise _refused(name, f"has an invalid value: {value.string}")


_DIGITS: Final = re.compile(r"[0-9]{1,10}")
_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "APNS.COLLAPSE_ID": re.compile(rf"[ -~]{{1,{_COLLAPSE_ID_BYTES}}}"),
    "APNS.PRIORITY": re.compile(r"1|5|10"),
    "APNS.PUSH_TYPE": re.compile(
        r"alert|background|location|voip|complication|fileprovider|mdm|liveactivity|pushtotalk|controls|widgets"
    ),
    "APNS.TOPIC": re.compile(r"[A-Za-z0-9.-]{1,255}"),
    "BAIDU.DeployStatus": re.compile(r"[12]"),
    "BAIDU.MessageType": re.compile(r"[01]"),
    "MPNS.NotificationClass": re.compile(r"realtime|priority|regular"),
    "MPNS.Type": re.compile(r"token|toast|tile|raw"),
    "WNS.CachePolicy": re.compile(r"cache|no-cache"),
    "WNS.Group": re.compile(rf"[A-Za-z0-9]{{1,{_WNS_TAG_LETTERS}}}"),
    "WNS.SuppressPopup": re.compile(r"true|false"),
    "WNS.Tag": re.compile(rf"[A-Za-z0-9]{{1,{_WNS_TAG_LETTERS}}}"),
    "WNS.Type": re.compile(r"wns/(?:badge|tile|toast|raw)"),
}


def _check_ttl(name: str, family: str, text: str) -> None:
    least, most = (1, _ADM_TTL_S) if family == "ADM" else (0, _GOOGLE_TTL_S)
    if not _DIGITS.fullmatch(text) or not least <= int(text) <= most:
        raise _refused(name, f"must be an integer from {least} to {most}")


def _refused(name: str, reason: str) -> ServiceError:
    return errors.value_invalid(f"The message attribute '{name}' {reason}.")
