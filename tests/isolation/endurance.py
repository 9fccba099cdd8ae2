"""Many runs in one pool: memory, files and processes do not grow.

python -m tests.isolation.endurance [RUNS]
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from pathlib import Path

import psutil

from calcharo_vm import TracerConfig, execute_and_trace

__all__ = ["grown", "main"]

PROGRAMS = (
    "print(1 + 1)",
    "x = [n for n in range(300)]\nraise ValueError(len(x))",
    "import os\nopen('litter', 'w').write('x' * 1000)\nos._exit(0)",
    "while True: pass",
    "import threading\nt = threading.Thread(target=print); t.start(); t.join()",
)
_SETTLED = 10
_MOST_BYTES = 24 << 20


def _state() -> dict[str, int]:
    """What there is of this process, its zygotes, and what they leave."""
    gc.collect()
    us = psutil.Process()
    zygotes = [each for each in us.children() if _is_zygote(each)]
    return {
        "open files": us.num_fds(),
        "open files of zygotes": sum(each.num_fds() for each in zygotes),
        "threads": us.num_threads(),
        "memory": us.memory_info().rss,
        "memory of zygotes": sum(each.memory_info().rss for each in zygotes),
        "folders": len(list(Path(tempfile.gettempdir()).glob("calcharo-*"))),
        "processes": len(us.children(recursive=True)),
    }


def _is_zygote(process: psutil.Process) -> bool:
    try:
        return "calcharo_vm.isolation" in " ".join(process.cmdline())
    except psutil.Error:  # it has just ended
        return False


def _settled(reference: dict[str, int] | None = None) -> dict[str, int]:
    """The state once the keepers of the last runs have ended, or after some seconds."""
    deadline = time.monotonic() + _SETTLED
    while time.monotonic() < deadline:
        found = _state()
        if reference is not None and not _more(reference, found):
            break
        time.sleep(0.05)
        if reference is None and found["processes"] == _state()["processes"]:
            break
    return _state()


def _more(before: dict[str, int], after: dict[str, int]) -> list[str]:
    allowed = {"memory": _MOST_BYTES, "memory of zygotes": _MOST_BYTES}
    return [
        f"{name} grew from {before[name]} to {after[name]}"
        for name in before
        if after[name] > before[name] + allowed.get(name, 0)
    ]


def grown(runs: int, isolation: str) -> list[str]:
    """Run programs so many times, and say what has grown."""
    config = TracerConfig(isolation=isolation).evolve(limits={"steps": 2000, "wall_seconds": 20})
    for source in PROGRAMS:
        execute_and_trace(source, config)
    before = _settled()
    for number in range(runs):
        execute_and_trace(PROGRAMS[number % len(PROGRAMS)], config)
    return _more(before, _settled(before))


def main() -> int:
    """Run a thousand programs with each isolation, and say what has grown."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    failed = False
    for isolation in ("worker", "isolated"):
        started = time.monotonic()
        found = grown(runs, isolation)
        failed = failed or bool(found)
        seconds = time.monotonic() - started
        print(f"{runs} runs with isolation {isolation!r} in {seconds:.0f} s: {'; '.join(found) or 'nothing grew'}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
