"""The services as AWS's models describe them: operations, shapes, errors.

`load("sqs").operations["SendMessage"].input` is `weirmq.wire.aws.types.sqs.SendMessageRequest`.
"""

import importlib
import re
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from weirmq.wire.aws.errors import Errors
from weirmq.wire.aws.shapes import Json, Nothing, Shape, Shapes

_MODELS = Path(__file__).parent / "models"


class Operation:
    """One operation of a service.

    `method`, `path`, `query` and `status` are its HTTP binding, which only the REST protocols use. `input` is the
    Struct of its requests, `Nothing` where it has none; `output` that of its answers, None where it has none.
    """

    def __init__(self, name: str, facts: Json, service: "ServiceModel") -> None:
        self.name = name
        self.service = service
        self.facts = facts
        http: Json = facts.get("http", {})
        self.method: str = http.get("method", "POST")
        self.path, _, constants = http.get("requestUri", "/").partition("?")
        self.query = dict(parse_qsl(constants, keep_blank_values=True)) if constants else {}
        self.status: int = int(http.get("responseCode", 200))
        self.prebuilt: dict[str, Any] = {}  # what a codec has made for this operation, by its own key

    @cached_property
    def input_shape(self) -> Shape | None:
        """The shape of its requests."""
        return self.service.shapes[self.facts["input"]["shape"]] if "input" in self.facts else None

    @cached_property
    def output_shape(self) -> Shape | None:
        """The shape of its answers."""
        return self.service.shapes[self.facts["output"]["shape"]] if "output" in self.facts else None

    @cached_property
    def input(self) -> type[msgspec.Struct]:
        """The type of its requests."""
        return self.input_shape.struct if self.input_shape else Nothing

    @cached_property
    def output(self) -> type[msgspec.Struct] | None:
        """The type of its answers."""
        return self.output_shape.struct if self.output_shape else None

    @cached_property
    def path_pattern(self) -> re.Pattern[bytes]:
        """Matches a raw path and captures its labels, in the order of `labels`. A `+` label takes slashes too."""
        pattern = re.escape(self.path)
        pattern = re.sub(r"\\\{[^{}]+\\\+\\\}", "(.+)", pattern)
        pattern = re.sub(r"\\\{[^{}]+\\\}", "([^/]*)", pattern)
        return re.compile(pattern.encode(), re.DOTALL)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The names of the labels in `path`."""
        return tuple(re.findall(r"\{([^{}+]+)\+?\}", self.path))


class ServiceModel:
    """One service: its operations by name, its shapes, and what it calls its errors."""

    def __init__(self, facts: Json, types: Callable[[], ModuleType]) -> None:
        metadata: Json = facts["metadata"]
        self.name: str = facts["service"]
        self.metadata = metadata
        self.signing_name: str = metadata.get("signingName") or metadata.get("endpointPrefix", "")
        self.target_prefix: str | None = metadata.get("targetPrefix")
        self.protocols: tuple[str, ...] = tuple(metadata.get("protocols") or (metadata["protocol"],))
        self.xml_namespace: str | None = metadata.get("xmlNamespace")
        self.answer_crc32 = bool(metadata.get("answerCrc32"))
        self.version: str = metadata.get("apiVersion", "")
        self._facts = facts
        self._types = types

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation by its name."""
        return {name: Operation(name, facts, self) for name, facts in self._facts["operations"].items()}

    @cached_property
    def shapes(self) -> Shapes:
        """Every shape by its name."""
        return Shapes(self._facts["shapes"], self._types())

    @cached_property
    def errors(self) -> Errors:
        """What the service calls its errors in each protocol."""
        return Errors(self.metadata, self._facts["shapes"])


@cache
def load(service: str) -> ServiceModel:
    """The model of `service` (`sqs`, `sts`). Its types are imported when a shape is first asked for."""
    facts = msgspec.json.decode((_MODELS / f"{service}.json").read_bytes())
    return ServiceModel(facts, lambda: importlib.import_module(f"weirmq.wire.aws.types.{service}"))
