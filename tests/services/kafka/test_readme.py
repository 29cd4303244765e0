"""The README says what is there."""

import re
from pathlib import Path

import weirmq.services.kafka
from weirmq.services.kafka.apis import APIS
from weirmq.services.kafka.topic_configs import CONFIGS, fault
from weirmq.wire.kafka import apis

TEXT = Path(weirmq.services.kafka.__file__).with_name("README.md").read_text(encoding="utf-8")


def test_each_api_is_listed_with_its_versions() -> None:
    listed = re.findall(r"^\| (\d+) \| (\w+) \| ([^|]+) \|$", TEXT, re.MULTILINE)
    expected = []
    for key, api in sorted(APIS.items()):
        told = f"{api.first}-{api.last}" + ("" if api.advertised is None else f", advertised from {api.advertised}")
        expected.append((str(key), apis.request(key).name.removesuffix("Request"), told))
    assert listed == expected


def test_each_topic_config_is_named_or_is_one_of_those_without_effect() -> None:
    patterns = [re.escape(name).replace(r"\*", ".*") for name in re.findall(r"`([a-z*][a-z.*]+)`", TEXT)]
    assert [name for name in CONFIGS if not any(re.fullmatch(each, name) for each in patterns)] == []


def test_kafkas_own_defaults_are_taken() -> None:
    assert fault({name: config.default for name, config in CONFIGS.items()}) == ""
