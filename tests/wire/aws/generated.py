"""Services made from a model at test time, by the generator that makes the committed ones."""

import itertools
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from weirmq.wire.aws.model import ServiceModel

sys.path.append(str(Path(__file__).parents[3] / "tools"))

import models
import struct_types

generator = models

_numbers = itertools.count()


def essential(model: dict[str, Any]) -> dict[str, Any]:
    """What the generator keeps of a model in botocore's form."""
    return generator.essential(model)


def types_of(facts: dict[str, Any]) -> ModuleType:
    """The module of types that the generator writes for a model."""
    module = ModuleType(f"generated_{next(_numbers)}")
    sys.modules[module.__name__] = module  # annotations are looked up there
    exec(compile(struct_types.python_source(facts, "test"), module.__name__, "exec"), module.__dict__)  # noqa: S102 - our own
    return module


def service_of(model: dict[str, Any]) -> ServiceModel:
    """The service that a model in botocore's form describes."""
    facts = essential(model)
    return ServiceModel(facts, lambda: types_of(facts))
