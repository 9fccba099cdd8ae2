"""Compares recordings that were made alone with those that were made side by side."""

import re
import threading
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from calcharo_vm import Capture, ExecutionTracer, Limits, Recording, TracerConfig
from tests.many_tracers.programs import Case

__all__ = ["config_for", "differences", "shown"]

_ADDRESS = re.compile("0x[0-9a-f]{6,}")
_THREAD = re.compile(r"Thread-[0-9]+|ThreadPoolExecutor-[0-9]+_[0-9]+")
_AROUND = 120


def config_for(case: Case, tier: str) -> TracerConfig:
    """Gives the configuration that a program is recorded with."""
    return TracerConfig(optimization=tier, capture=Capture(metrics=False), limits=Limits(**dict(case.limits)))


def recorded(case: Case, tier: str, folder: Path) -> str:
    """Records a program by a tracer of its own, and gives all that is to be the same."""
    tracer = ExecutionTracer(config_for(case, tier))
    recording = tracer.trace(case.written_to(folder), argv=case.argv, stdin=case.stdin)
    return shown(recording, by_thread=case.has_threads)


def shown(recording: Recording, *, by_thread: bool) -> str:
    """Gives a recording as a text without addresses."""
    if not by_thread:
        return _ADDRESS.sub("0x...", str(recording.to_json()))
    steps: dict[int, list[str]] = defaultdict(list)
    for index in range(len(recording)):
        each = recording.journal.instruction(index)
        steps[recording.journal.thread(index)].append(f"{each.opname} {each.oparg} {each.offset} {each.line}")
    threads = "\n".join(sorted(" ".join(words) for words in steps.values()))
    written = _THREAD.sub("Thread", recording.stdout + recording.stderr)
    return _ADDRESS.sub("0x...", f"{recording.outcome}\n{written}\n{threads}")


def differences(chosen: Sequence[Case], *, threads: int, tier: str, folder: Path) -> dict[str, str]:
    """Records programs alone and then side by side, and says where that was not the same."""
    alone = {case.name: recorded(case, tier, folder) for case in chosen}
    begin = threading.Barrier(min(threads, len(chosen)))

    def together(case: Case) -> str:
        if not begun.is_set():
            begin.wait(60)
            begun.set()
        return recorded(case, tier, folder)

    begun = threading.Event()
    with ThreadPoolExecutor(threads) as pool:
        found = dict(zip([case.name for case in chosen], pool.map(together, chosen), strict=True))
    return {name: _difference(alone[name], text) for name, text in found.items() if text != alone[name]}


def _difference(expected: str, found: str) -> str:
    both = enumerate(zip(expected, found, strict=False))
    at = next((at for at, (left, right) in both if left != right), min(len(expected), len(found)))
    around = slice(max(0, at - _AROUND), at + _AROUND)
    return f"at {at} of {len(expected)} there is\n    {found[around]!r}\nand not\n    {expected[around]!r}"
