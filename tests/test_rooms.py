"""The rooms: who imports whom, who may wait, read the time and roll dice, and how long files and functions are."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "src" / "weirmq"

# A room imports itself, and what stands here. `services` stands for any one service's room.
MAY_IMPORT = {
    "kernel": set(),
    "wire": {"kernel"},
    "log": {"kernel"},
    "iam": {"kernel"},
    "routing": {"kernel"},
    "engine": {"kernel", "log", "iam", "routing"},
    "services": {"kernel", "wire", "iam", "engine", "routing"},
    "server": {"kernel", "wire", "log", "iam", "engine", "routing", "services"},
    "console": {"kernel", "wire", "log", "iam", "engine", "routing", "services", "server"},
    "testing": {"kernel", "wire", "log", "iam", "engine", "routing", "services", "server"},
    "cli": {"kernel", "wire", "log", "iam", "engine", "routing", "services", "server", "console", "testing"},
}
MAY_WAIT = {"server", "console", "testing", "cli"}
WAITS = {"asyncio", "socket", "ssl", "selectors", "uvloop", "http.server"}
# Only the kernel reads the time of day and rolls dice; `time.perf_counter` measures, and is nobody's time of day.
KERNEL_ONLY = (
    "time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
    "random.Random", "random.random", "os.urandom", "uuid.uuid1", "uuid.uuid4", "secrets.token_bytes",
)  # fmt: skip

FILE_LINES, FUNCTION_LINES = 500, 60
GENERATED = {"wire/aws/types", "wire/kafka/messages"}
# (file, function or None): why it is longer than the rest.
LONGER: dict[tuple[str, str | None], str] = {}

FILES = sorted(path for path in ROOT.rglob("*.py") if path.relative_to(ROOT).parent.as_posix() not in GENERATED)


every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())


def _room(parts: Sequence[str]) -> str:
    """`kernel`, `wire`, ...; `services/sqs` for a service's; empty for the package itself. Of a path below ROOT."""
    if not parts or not (ROOT / parts[0]).is_dir():
        return ""
    return "/".join(parts[:2]) if parts[0] == "services" else parts[0]


def _imports(tree: ast.AST) -> Iterator[str]:
    """All imported names in full, those inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is(name: str, modules: set[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


@every_file
def test_imports_run_one_way(path: Path) -> None:
    room = _room(path.relative_to(ROOT).parts)
    for name in _imports(ast.parse(path.read_text(encoding="utf-8"))):
        other = _room(name.split(".")[1:]) if name.startswith("weirmq.") else ""
        if room and other not in {"", room}:
            assert other.split("/")[0] in MAY_IMPORT[room.split("/")[0]], f"{room} must not import {name}"
            assert not (room.startswith("services/") and other.startswith("services/")), "services are strangers"
        may_wait = room in MAY_WAIT or path == ROOT / "log" / "topic.py"
        assert may_wait or not _is(name, WAITS), f"{room} must not import {name}"


@every_file
def test_time_and_chance_are_arguments(path: Path) -> None:
    if path.parent == ROOT / "kernel":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    read = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)} | set(_imports(tree))
    assert not [name for name in read if name.endswith(KERNEL_ONLY)]


def _lengths(path: Path) -> Iterator[tuple[str | None, int]]:
    """The lines of a file, under None, and of each of its functions."""
    text = path.read_text(encoding="utf-8")
    yield None, len(text.splitlines())
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def _is_too_long(function: str | None, lines: int) -> bool:
    return lines > (FILE_LINES if function is None else FUNCTION_LINES)


@every_file
def test_sizes(path: Path) -> None:
    file = path.relative_to(ROOT).as_posix()
    too_long = {(file, function): lines for function, lines in _lengths(path) if _is_too_long(function, lines)}
    assert not {which: lines for which, lines in too_long.items() if which not in LONGER}


def test_every_exception_is_needed() -> None:
    for file, function in LONGER:
        assert any(name == function and _is_too_long(name, lines) for name, lines in _lengths(ROOT / file))
