"""JSON that callers hand in as text, and what is wrong with it in the words of AWS's parser.

AWS answers with what Jackson says; lines and columns count from 1.
"""

import json
import re
from typing import Any, Final

from weirmq.services.sns import errors

_TAIL: Final = "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); "
_TOKEN: Final = re.compile(r"[\w$]+")
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_VALUES: Final = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"


def load(text: str, name: str) -> Any:
    """What `text` says. `name` is the parameter that it came in. Raises InvalidParameter."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        reason, position = _worded(text, error)
    except (ValueError, RecursionError):
        reason, position = "it can't be read", len(text)
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    raise errors.bad_parameter(f"{name}: failed to parse JSON. {reason}{_TAIL}line: {line}, column: {column}]")


def _worded(text: str, error: json.JSONDecodeError) -> tuple[str, int]:
    """What is wrong, and the position that is named."""
    position = _SPACE.match(text, error.pos).end()  # type: ignore[union-attr]  # it matches everywhere
    if position >= len(text):
        return "Unexpected end-of-input", position
    letter = f"Unexpected character ('{text[position]}' (code {ord(text[position])}))"
    if error.msg.startswith("Expecting property name"):
        return f"{letter}: was expecting double-quote to start field name", position
    if error.msg.startswith("Expecting value"):
        if (token := _TOKEN.match(text, position)) is not None:
            return f"Unrecognized token '{token[0]}': was expecting {_VALUES}", token.end()
        return f"{letter}: expected a valid value {_VALUES}", position
    if error.msg.startswith("Expecting ':'"):
        return f"{letter}: was expecting a colon to separate field name and value", position
    if error.msg.startswith("Expecting ','"):
        return f"{letter}: was expecting comma to separate entries", position
    return letter, position


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
