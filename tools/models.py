"""Write the models and types of the AWS services from botocore's service models (development only).

    python tools/models.py            write src/weirmq/wire/aws/models/*.json and types/*.py
    python tools/models.py --check    say what differs from what is committed, and exit 1 if anything does

A new service is one name in SERVICES. What botocore's models say wrongly, or no longer say, stands in
src/weirmq/wire/aws/patches.toml, each entry with its reason.
"""

import gzip
import importlib.util
import json
import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from formatting import formatted
from struct_types import python_source

BOTOCORE = "1.44.5"
SERVICES = ["cloudwatch", "dynamodb", "kafka", "kinesis", "secretsmanager", "sns", "sqs", "sts"]
# Of these services a part is there. The other operations keep their names, so that each can be refused by name.
SPOKEN = {
    "cloudwatch": {"PutMetricData"},
    "dynamodb": {
        "CreateTable", "DeleteItem", "DeleteTable", "DescribeTable", "GetItem", "ListTables", "ListTagsOfResource",
        "PutItem", "Query", "Scan", "TransactWriteItems", "UpdateItem", "UpdateTable",
    },
    "secretsmanager": {
        "CreateSecret", "DeleteResourcePolicy", "DeleteSecret", "DescribeSecret", "GetResourcePolicy", "GetSecretValue",
        "ListSecretVersionIds", "ListSecrets", "PutResourcePolicy", "PutSecretValue", "RestoreSecret", "TagResource",
        "UntagResource", "UpdateSecret", "UpdateSecretVersionStage",
    },
}  # fmt: skip

ROOM = Path(__file__).parent.parent / "src" / "weirmq" / "wire" / "aws"

type_keys = {"list": ("member",), "map": ("key", "value")}
METADATA = (
    "apiVersion", "awsQueryCompatible", "endpointPrefix", "jsonVersion", "protocol", "protocols", "serviceFullName",
    "signingName", "targetPrefix", "xmlNamespace", "errorNamespace", "missingParameter", "invalidRequest",
    "resourcePaths", "answerCrc32",
)  # fmt: skip
SHAPE = (
    "type", "members", "required", "member", "key", "value", "min", "max", "pattern", "enum", "exception", "error",
    "fault", "flattened", "payload", "timestampFormat", "union", "document", "eventstream", "event", "streaming",
    "jsonvalue", "locationName", "emptyWhenMissing", "xmlNamespace", "synthetic",
)  # fmt: skip
MEMBER = (
    "shape", "locationName", "location", "queryName", "flattened", "timestampFormat", "jsonvalue", "streaming",
    "eventpayload", "eventheader", "xmlAttribute", "xmlNamespace", "hostLabel", "idempotencyToken",
)  # fmt: skip

# What the models mean by the surrogates of UTF-16, and by escapes with one digit too many.
_ASTRAL = r"\U00010000-\U0010FFFF"

POSIX_CLASSES = {
    "L": r"\w",  # wider than Java's by digits and the underscore
    "N": r"\w",  # wider than Java's by letters and the underscore
    "Z": r"\x20\xA0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000",
    "Alnum": "A-Za-z0-9",
    "Alpha": "A-Za-z",
    "Digit": "0-9",
    "Graph": r"\x21-\x7E",
    "Lower": "a-z",
    "Print": r"\x20-\x7E",
    "Upper": "A-Z",
}


def main(arguments: list[str]) -> int:
    """Write the files, or with --check compare them. Answers the exit status."""
    if version("botocore") != BOTOCORE:
        print(f"the models are made from botocore {BOTOCORE}, but {version('botocore')} is installed", file=sys.stderr)
        return 2
    differing = []
    for path, text in generated_files().items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        differing.append(path)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path}")
    if "--check" in arguments:
        for path in differing:
            print(f"{path} is not what tools/models.py writes", file=sys.stderr)
        return 1 if differing else 0
    return 0


def generated_files() -> dict[Path, str]:
    """The text of each generated file."""
    files = {}
    for service in SERVICES:
        model = service_model(service)
        files[ROOM / "models" / f"{service}.json"] = compact_json(model)
        files[ROOM / "types" / f"{service}.py"] = formatted(python_source(model, BOTOCORE))
    return files


def service_model(service: str) -> dict[str, Any]:
    """The model of `service`: botocore's newest, patched, without prose."""
    patches = tomllib.loads((ROOM / "patches.toml").read_text(encoding="utf-8"))
    model = botocore_model(service)
    for patch in patches.get(service, []):
        if not patch["reason"].strip():
            raise SystemExit(f"patches.toml: an entry of {service} has no reason")
        apply_patch(model, patch)
    return essential(model, service)


def botocore_model(service: str) -> dict[str, Any]:
    """Botocore's newest model of `service`, as it is installed."""
    spec = importlib.util.find_spec("botocore")
    if spec is None or spec.origin is None:
        raise SystemExit("botocore is not installed")
    newest = max((Path(spec.origin).parent / "data" / service).iterdir())
    packed = newest / "service-2.json.gz"
    plain = gzip.decompress(packed.read_bytes()) if packed.exists() else (newest / "service-2.json").read_bytes()
    model: dict[str, Any] = json.loads(plain)
    return model


def apply_patch(model: dict[str, Any], patch: dict[str, Any]) -> None:
    """Take out the dotted paths in `remove`, strip `enums` from the model, then merge `merge` into it."""
    for path in patch.get("remove", []):
        *parents, last = path.split(".")
        place = model
        for name in parents:
            place = place[name]
        if last not in place:
            raise SystemExit(f"patches.toml: {path} is not in the model any more")
        del place[last]
    merge(model, patch.get("merge", {}))


def merge(target: dict[str, Any], source: dict[str, Any]) -> None:
    """Merge `source` into `target`, tables into tables, everything else over what was there."""
    for key, value in source.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            merge(target[key], value)
        else:
            target[key] = value


def essential(model: dict[str, Any], service: str = "") -> dict[str, Any]:
    """What the wire needs of a model in botocore's form: no prose, no traits that concern clients only."""
    spoken = SPOKEN.get(service, model["operations"])
    operations = {
        name: essential_operation(operation) if name in spoken else {}
        for name, operation in model["operations"].items()
    }
    needed = sorted(reachable(operations, model["shapes"], service))
    metadata = picked(model["metadata"], METADATA)
    return {
        "service": service or metadata.get("endpointPrefix", ""),
        "metadata": metadata,
        "operations": dict(sorted(operations.items())),
        "shapes": {name: essential_shape(name, model["shapes"][name]) for name in needed},
    }


def picked(source: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """The entries of `source` that are in `keys`, in the order of `keys`."""
    return {key: source[key] for key in keys if key in source}


def essential_operation(operation: dict[str, Any]) -> dict[str, Any]:
    """Name, HTTP binding, input, output and errors of an operation."""
    kept: dict[str, Any] = {"http": operation.get("http", {"method": "POST", "requestUri": "/"})}
    if "input" in operation:
        kept["input"] = picked(operation["input"], ("shape", "locationName", "xmlNamespace"))
    if "output" in operation:
        kept["output"] = picked(operation["output"], ("shape", "resultWrapper", "locationName"))
    if operation.get("errors"):
        kept["errors"] = [error["shape"] for error in operation["errors"]]
    return kept


def essential_shape(name: str, shape: dict[str, Any]) -> dict[str, Any]:
    """A shape without prose, its pattern anchored and in Python's dialect."""
    kept = picked(shape, SHAPE)
    if "members" in kept:
        kept["members"] = {member: picked(ref, MEMBER) for member, ref in kept["members"].items()}
    for key in ("member", "key", "value"):
        if key in kept:
            kept[key] = picked(kept[key], MEMBER)
    if "pattern" in kept:
        kept["pattern"] = python_pattern(name, kept["pattern"])
    return kept


def reachable(operations: dict[str, Any], shapes: dict[str, Any], service: str = "") -> set[str]:
    """The shapes that some operation uses; and errors that none names, unless only a part of the service is there."""
    todo = [
        operation[side]["shape"]
        for operation in operations.values()
        for side in ("input", "output")
        if side in operation
    ]
    todo += [error for operation in operations.values() for error in operation.get("errors", [])]
    if service not in SPOKEN:
        todo += [name for name, shape in shapes.items() if shape.get("exception") and not shape.get("synthetic")]
    found: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [ref["shape"] for ref in references(shapes[name])]
    return found


def references(shape: dict[str, Any]) -> list[dict[str, Any]]:
    """The references that a shape makes to others."""
    return [*shape.get("members", {}).values(), *(shape[key] for key in ("member", "key", "value") if key in shape)]


def python_pattern(name: str, pattern: str) -> str:
    r"""A Java pattern as Python writes it, for whole values: AWS matches them whole, Python's `re` would search.

    Java's \d, \w and \s are ASCII, so Python's are made so, but for patterns that speak of Unicode classes.
    """
    text = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", _ASTRAL).replace(r"\u10000-\u10FFFF", _ASTRAL)
    unicode_classes = re.findall(r"\\p\{(\w+)\}", text)
    for unicode_class in unicode_classes:
        if unicode_class not in POSIX_CLASSES or re.search(r"\\[dws]", text.replace(r"\\", "")):
            raise SystemExit(f"the pattern of {name} needs an entry in patches.toml: {pattern}")
    text = re.sub(r"\\p\{(\w+)\}", lambda found: POSIX_CLASSES[found.group(1)], text)
    anchored = rf"\A(?:{text})\Z" if unicode_classes else rf"(?a)\A(?:{text})\Z"
    try:
        re.compile(anchored)
    except re.error as error:
        raise SystemExit(f"the pattern of {name} needs an entry in patches.toml: {pattern}: {error}") from error
    return anchored


def compact_json(model: dict[str, Any]) -> str:
    """JSON with one line a shape and operation, so that a difference can be read."""
    lines = ["{"]
    lines.append(f'"service":{json.dumps(model["service"])},')
    lines.append(f'"metadata":{json.dumps(model["metadata"], separators=(",", ":"))},')
    for section, end in (("operations", "},"), ("shapes", "}")):
        lines.append(f'"{section}":{{')
        entries = [f"{json.dumps(k)}:{json.dumps(v, separators=(',', ':'))}" for k, v in model[section].items()]
        lines.append(",\n".join(entries))
        lines.append(end)
    return "\n".join([*lines, "}", ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
