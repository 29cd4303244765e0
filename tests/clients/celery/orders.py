"""A program that orders tasks and waits for what the worker makes of them.

`scenario` runs one of each kind; `place N FILE` places N orders and writes their ids down; `collect FILE` waits for
all of those, `collect FILE COUNT` for the first ones.
"""

import sys
from pathlib import Path

from celery import chain, group
from celery.result import AsyncResult
from shop import app, broken, pack, price, shaky, shout

PATIENCE_S = 60


def scenario() -> None:
    assert price.delay(6, 7).get(timeout=PATIENCE_S) == 42
    print("ok task")
    assert shout.delay("straße 🐟 <&>").get(timeout=PATIENCE_S) == "STRASSE 🐟 <&>"
    print("ok unicode")
    assert price.apply_async((2, 3), countdown=2).get(timeout=PATIENCE_S) == 6
    print("ok countdown")
    assert shaky.delay().get(timeout=PATIENCE_S) == 2
    print("ok retry")
    assert chain(price.s(2, 3), price.s(10)).apply_async().get(timeout=PATIENCE_S) == 60
    print("ok chain")
    assert group(price.s(n, 2) for n in range(25)).apply_async().get(timeout=PATIENCE_S) == [n * 2 for n in range(25)]
    print("ok group")
    large = "weir" * 50_000
    assert shout.delay(large).get(timeout=PATIENCE_S) == large.upper()
    print("ok large")
    failed = broken.delay()
    assert isinstance(failed.get(timeout=PATIENCE_S, propagate=False), ValueError)
    assert failed.state == "FAILURE"
    print("ok failure")


def place(count: str, file: str) -> None:
    placed = [pack.delay(number).id for number in range(int(count))]
    Path(file).write_text("\n".join(placed))
    print("ok place")


def collect(file: str, count: str = "") -> None:
    placed = Path(file).read_text().split()
    for number, task in enumerate(placed[: int(count or len(placed))]):
        assert AsyncResult(task, app=app).get(timeout=PATIENCE_S) == number * 3
    print("ok collect")


{"scenario": scenario, "place": place, "collect": collect}[sys.argv[1]](*sys.argv[2:])
