"""Compares recordings that were made alone with those that were made side by side."""

import asyncio
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from calcharo_vm import Capture, ExecutionTracer, Limits, Recording, TracerConfig
from tests.many_tracers.programs import Case

__all__ = ["Shown", "differences", "from_event_loop", "over_threads", "recorded", "shown"]

_ATTEMPTS = 3
_EVERY = 7
_AROUND = 120
_ADDRESS = re.compile("0x[0-9a-f]{6,}")
_THREAD = re.compile(r"Thread-[0-9]+|ThreadPoolExecutor-[0-9]+_[0-9]+")

Together = Callable[[Sequence[Case], str, Path], dict[str, "Shown"]]
"""Records programs side by side, on a tier, with their files in a folder."""


class Shown(NamedTuple):
    """What a recording says, without addresses."""

    content: str
    """How the program ended, what it wrote, and the instructions and variables of each thread."""
    words: str
    """The whole recording as JSON; empty where the system says which thread goes on when."""


def _tracer(case: Case, tier: str) -> ExecutionTracer:
    limits = Limits(**dict(case.limits))
    return ExecutionTracer(TracerConfig(optimization=tier, capture=Capture(metrics=False), limits=limits))


def recorded(case: Case, tier: str, folder: Path) -> Shown:
    """Records a program by a tracer of its own."""
    recording = _tracer(case, tier).trace(case.written_to(folder), argv=case.argv, stdin=case.stdin)
    return shown(recording, by_thread=case.has_threads)


def shown(recording: Recording, *, by_thread: bool) -> Shown:
    """Gives what is to be the same of a recording."""
    steps: dict[int, list[str]] = defaultdict(list)
    for index in range(len(recording)):
        each = recording.journal.instruction(index)
        steps[recording.journal.thread(index)].append(f"{each.opname} {each.oparg} {each.offset} {each.line}")
    threads = "\n".join(sorted(" ".join(words) for words in steps.values()))
    written = _THREAD.sub("Thread", recording.stdout + recording.stderr)
    states = [] if by_thread else [str(step.variables_state) for step in recording[::_EVERY]]
    content = _ADDRESS.sub("0x...", f"{recording.outcome}\n{written}\n{threads}\n{states}")
    return Shown(content, "" if by_thread else _ADDRESS.sub("0x...", str(recording.to_json())))


def over_threads(count: int) -> Together:
    """Records over so many threads."""

    def together(chosen: Sequence[Case], tier: str, folder: Path) -> dict[str, Shown]:
        begin = threading.Barrier(min(count, len(chosen)))
        waiting = list(range(begin.parties))

        def one(case: Case) -> Shown:
            if waiting and waiting.pop() is not None:
                begin.wait(60)  # no thread is idle when the first program begins
            return recorded(case, tier, folder)

        with ThreadPoolExecutor(count) as pool:
            return dict(zip([case.name for case in chosen], pool.map(one, chosen), strict=True))

    return together


def from_event_loop(chosen: Sequence[Case], tier: str, folder: Path) -> dict[str, Shown]:
    """Records by `arun`, all at once."""

    async def one(case: Case) -> Shown:
        recording = await _tracer(case, tier).arun(case.written_to(folder), argv=case.argv, stdin=case.stdin)
        return shown(recording, by_thread=case.has_threads)

    async def all_of_them() -> list[Shown]:
        return await asyncio.gather(*map(one, chosen))

    return dict(zip([case.name for case in chosen], asyncio.run(all_of_them()), strict=True))


def differences(chosen: Sequence[Case], together: Together, tier: str, folder: Path) -> dict[str, str]:
    """Records programs alone and then side by side, and says where that was not the same.

    Which object is looked at first, and so the order of some words, depends on which addresses are used again. So words
    that differ count only if they differ again and again, and content at once.
    """
    for case in {case.name.partition("-")[0]: case for case in chosen}.values():
        recorded(case, tier, folder)  # so that all library modules are there
    differing: dict[str, str] = {}
    left = list(chosen)
    for _attempt in range(_ATTEMPTS):
        alone = {case.name: recorded(case, tier, folder) for case in left}
        found = together(left, tier, folder)
        for case in left:
            if alone[case.name].content != found[case.name].content:
                differing[case.name] = _difference(alone[case.name].content, found[case.name].content)
        left = [case for case in left if case.name not in differing and alone[case.name] != found[case.name]]
        if not left:
            break
    return differing | {case.name: _difference(alone[case.name].words, found[case.name].words) for case in left}


def _difference(expected: str, found: str) -> str:
    both = enumerate(zip(expected, found, strict=False))
    at = next((at for at, (left, right) in both if left != right), min(len(expected), len(found)))
    around = slice(max(0, at - _AROUND), at + _AROUND)
    return f"at {at} of {len(expected)} there is\n    {found[around]!r}\nand not\n    {expected[around]!r}"
