"""Tracing a program in a worker: it goes there, and its recording comes back."""

from __future__ import annotations

import os
import sys
import warnings
from typing import TYPE_CHECKING, Final

import attrs

from calcharo_vm.config import Isolation, Tier, TracerConfig
from calcharo_vm.errors import ConfigurationError, IsolationUnavailable
from calcharo_vm.isolation.jobs import Job, Stoppable, crossing
from calcharo_vm.isolation.layers import in_words, missing_of
from calcharo_vm.isolation.pool import worker_for
from calcharo_vm.isolation.rules import Rules
from calcharo_vm.isolation.spool import Spool
from calcharo_vm.isolation.watch import Watch
from calcharo_vm.recording import Statistics

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.isolation.layers import LayerState
    from calcharo_vm.program.subject import Request
    from calcharo_vm.recording import Recording

__all__ = ["IsolationWarning", "Stoppable", "check_layers", "inside_of", "rules_for", "trace_in_worker"]

_DETERMINISTIC_SEED: Final = "0"


class IsolationWarning(UserWarning):
    """Says that programs run with weaker isolation than was asked for."""


def trace_in_worker(config: TracerConfig, request: Request, started: Callable[[Stoppable], None]) -> Recording:
    """Trace a program in a worker; errors are those of `execute_and_trace`."""
    if request.namespace is not None:
        raise ConfigurationError(
            "globals is given, and the objects of this process cannot go to another; write them into the program, or "
            "use isolation='none'"
        )
    inside = inside_of(config)
    job = Job(inside, crossing(attrs.evolve(request, stdin=request.stdin or "")))
    data = job.to_bytes()
    with worker_for(rules_for(config)) as worker:
        check_layers(config, worker.layers)
        worker.end_input()
        spool = Spool(config.capture.spill, most_bytes=config.limits.recording_bytes)
        is_shown = config.capture.forward or not config.capture.output
        streams = (sys.stdout, sys.stderr) if is_shown else (None, None)
        watch = Watch(worker, spool, config.limits, streams)
        started(watch)
        worker.give(data)
        outcome = watch.run()
        if watch.error is not None and spool.is_empty:
            raise watch.error  # the program did not start
        text = request.source if isinstance(request.source, str) else ""
        recording = spool.finish(outcome, text, in_words(config.isolation, worker.layers))
    if config.optimization is Tier.NATIVE:
        recording.statistics = Statistics(str(Tier.NATIVE))
    if watch.error is not None:
        watch.error.recording = recording
        raise watch.error
    return recording


def inside_of(config: TracerConfig) -> TracerConfig:
    """Give the configuration of the worker, whose recording goes to us, and which has no plugins."""
    capture = attrs.evolve(config.capture, spill=None)
    alone = {"isolation": Isolation.NONE, "allow_degraded": False, "untrusted": False, "installed_plugins": False}
    return config.evolve(**alone, capture=capture)


def rules_for(config: TracerConfig) -> Rules:
    """Give the rules of workers for a configuration."""
    seed = os.environ.get("PYTHONHASHSEED", "")
    if config.deterministic:
        seed = _DETERMINISTIC_SEED
    return Rules.here(config.isolation, config.readable, seed if seed.isdigit() else "")


def check_layers(config: TracerConfig, states: tuple[LayerState, ...]) -> None:
    """Refuse to go on without a layer, or warn of it.

    Raises:
        IsolationUnavailable: A layer is missing, and the configuration does not allow for that.
    """
    missing = missing_of(states)
    if not missing:
        return
    what = "; ".join(f"{state.layer} is missing ({state.why})" for state in missing)
    if not config.allow_degraded:
        remedies = "; ".join(dict.fromkeys(state.remedy for state in missing))
        raise IsolationUnavailable(
            f"isolation={str(config.isolation)!r} is not to be had here: {what}. Remedy: {remedies}; or pass "
            "allow_degraded=True to run with what there is"
        )
    if what not in _warned:
        _warned.add(what)
        warnings.warn(f"programs run with weaker isolation than {config.isolation}: {what}", IsolationWarning, 4)


_warned: set[str] = set()
