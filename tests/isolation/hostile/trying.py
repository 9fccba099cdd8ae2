"""Hostile programs executed by plain CPython and in a worker, and whether they did harm."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress

import attrs

from calcharo_vm import Limits, Recording, TracerConfig, execute_and_trace
from tests.isolation.hostile.acts import Act, Kind
from tests.isolation.hostile.world import World

__all__ = ["Verdict", "harms_in_worker", "harms_under_cpython"]

_HANG_SECONDS = 1.0
_SECONDS = 10.0
_LATE_SECONDS = 0.5
"""How late a deadline may end a program, on a machine that has nothing else to do."""
_FLOOD = 1_000_000
_MEMORY = 100 << 20
_PLAIN = "import resource; resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30)); del resource\n"


@attrs.frozen
class Verdict:
    """Says what came of a program.

    Attributes:
        harms: Whether it did what it is for.
        told: What there is to say about it.
    """

    harms: bool
    told: str


def harms_under_cpython(act: Act, world: World) -> Verdict:
    """Execute a program by plain CPython, where nothing keeps it from harming this world."""
    world.renew()
    limit = _HANG_SECONDS if act.kind in {Kind.HANG, Kind.FLOOD} else _SECONDS
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [sys.executable, "-c", _PLAIN + world.prelude + act.source],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            pass_fds=(world.file,),
            start_new_session=True,
        )
        code: int | None = None
        with suppress(subprocess.TimeoutExpired):
            code = process.wait(limit)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        size = output.seek(0, os.SEEK_END)
        output.seek(0)
        text = output.read(_FLOOD).decode(errors="replace")
    harms = {
        Kind.HANG: code is None,
        Kind.FLOOD: size > _FLOOD,
        Kind.CRASH: code is not None and "Traceback" not in text,
    }
    found = harms[act.kind] if act.kind in harms else _has_harmed(act, world, text)
    return Verdict(found, f"exit code {code}, {size} bytes of output: {text[-200:]!r}")


def harms_in_worker(
    act: Act, world: World, isolation: str = "isolated", late_seconds: float = _LATE_SECONDS
) -> Verdict:
    """Execute a program in a worker; it harms, too, if it ends later than so many seconds after its deadline."""
    world.renew()
    limits = Limits(
        wall_seconds=_HANG_SECONDS if act.kind is Kind.HANG else _SECONDS,
        memory_bytes=_MEMORY,
        output_bytes=_FLOOD,
    )
    config = TracerConfig(isolation=isolation, limits=limits)
    started = time.monotonic()
    recording = execute_and_trace(world.prelude + act.source, config)
    seconds = time.monotonic() - started
    text = _all_of(recording, act)
    outcome = recording.outcome
    harms = {
        Kind.HANG: outcome.status not in {"limit", "completed", "exception", "exited"}
        or seconds > _HANG_SECONDS + late_seconds,
        Kind.FLOOD: outcome.limit != "output_bytes" or len(recording.stdout + recording.stderr) > _FLOOD,
        Kind.CRASH: outcome.status in {"completed", "exited"},
    }
    found = harms[act.kind] if act.kind in harms else _has_harmed(act, world, text)
    told = f"{outcome.status} {outcome.limit or ''} after {seconds:.2f} s and {len(recording)} steps"
    message = "" if outcome.exception is None else f": {outcome.exception.type_name} {outcome.exception.message[:100]}"
    return Verdict(found, told + message)


def _all_of(recording: Recording, act: Act) -> str:
    """Give all texts that a program could have put a secret into."""
    written = recording.stdout + recording.stderr
    if act.kind is not Kind.LEAK:
        return written
    source = recording.source
    json = recording.to_json() or ""
    return written + json.replace(source, "")


def _has_harmed(act: Act, world: World, text: str) -> bool:
    if act.kind is Kind.LEAK:
        return world.token in text
    if act.kind is Kind.CHANGE:
        return world.is_changed
    if act.kind is Kind.KILL:
        return world.is_victim_dead
    return "DID" in text or (act.kind is Kind.NETWORK and world.has_heard)
