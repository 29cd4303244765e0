"""Builds the clients from their locked dependencies. What was built stays in a cache folder until its inputs change."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
REQUIREMENTS = HERE.parents[1] / "requirements"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "weirmq-clients"


def need(*tools: str) -> None:
    """Skip the test where a tool is missing, or fail it in CI, where all must be there."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"not installed: {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


def run(folder: Path, *command: str | Path) -> None:
    """Run one step of a build, and show all that it said if it fails."""
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[0]} failed in {folder}:\n{done.stdout}\n{done.stderr}"


def built(name: str, inputs: Iterable[Path], build: Callable[[Path], None]) -> Path:
    """The folder in which `build` worked on these inputs. It is built in place, since environments can't be moved."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(inputs):
        digest.update(path.name.encode() + path.read_bytes())
    folder = _CACHE / f"{name}-{digest.hexdigest()[:16]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            build(folder)
            (folder / "complete").touch()
    return folder


def python_environment(name: str) -> Path:
    """The folder of the programs of a virtual environment with requirements/clients-NAME.txt."""
    locked = REQUIREMENTS / f"clients-{name}.txt"

    def build(folder: Path) -> None:
        run(folder, sys.executable, "-m", "venv", folder)
        pip = (folder / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input")
        run(folder, *pip, "install", "--require-hashes", "--only-binary", ":all:", "-r", locked)

    return built(f"python-{name}", [locked], build) / "bin"


def javascript(program: str = "scenario.mjs", folder_name: str = "javascript") -> Path:
    """A program of a folder for Node, beside its locked packages."""
    need("node", "npm")
    sources = [path for path in (HERE / folder_name).iterdir() if path.is_file()]

    def build(folder: Path) -> None:
        for source in sources:
            shutil.copy(source, folder)
        run(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")

    return built(folder_name, sources, build) / program


def go(folder_name: str = "go") -> Path:
    """A folder's scenario as a program, built with the modules that its go.sum knows."""
    need("go")
    sources = [path for path in (HERE / folder_name).iterdir() if path.is_file()]

    def build(folder: Path) -> None:
        run(HERE / folder_name, "go", "build", "-mod=readonly", "-trimpath", "-o", folder / "scenario", ".")

    return built(folder_name, sources, build) / "scenario"


def java(folder_name: str = "java") -> str:
    """The class path of a folder's program and of the jars that it needs."""
    need("java", "javac", "mvn")
    project = HERE / folder_name / "pom.xml"
    sources = sorted((HERE / folder_name / "clients").glob("*.java"))

    def fetch(folder: Path) -> None:
        target = f"-DoutputDirectory={folder}"
        run(HERE / folder_name, "mvn", "--batch-mode", "--quiet", "-ntp", "dependency:copy-dependencies", target)

    jars = built(f"{folder_name}-jars", [project], fetch) / "*"

    def compile_sources(folder: Path) -> None:
        run(folder, "javac", "-proc:none", "-encoding", "UTF-8", "-d", folder, "-cp", str(jars), *sources)

    return f"{built(folder_name, [project, *sources], compile_sources)}:{jars}"


def java_release(folder_name: str) -> Path:
    """What a program for Java consists of that is released as an archive, which a folder's POM names."""
    need("java", "mvn")
    project = HERE / folder_name / "pom.xml"

    def unpack(folder: Path) -> None:
        shutil.copy(project, folder)
        run(folder, "mvn", "--batch-mode", "--quiet", "-ntp", "dependency:unpack", "-DoutputDirectory=release")

    return built(folder_name, [project], unpack) / "release"
