"""`calcharo run` with somebody who looks at each step: the run goes on as without, and may leave a recording behind.

A `.calcharo` file gets the steps while the program runs; JSON is written at the end.
"""

from __future__ import annotations

import atexit
import os
import platform
import sys
import threading
from contextlib import AbstractContextManager, nullcontext, suppress
from importlib.util import decode_source
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from calcharo_vm.cli import exit_statuses
from calcharo_vm.cli.run import show_failure
from calcharo_vm.config import Tier
from calcharo_vm.errors import CalcharoError, InternalError
from calcharo_vm.limits import RESOURCES, SOURCE
from calcharo_vm.machine.values import NULL
from calcharo_vm.plugins.installed import installed_names
from calcharo_vm.program.command_line import ProgramKind
from calcharo_vm.program.launch import launch
from calcharo_vm.program.observation import MachineRecorder, as_observer, spilling_journal
from calcharo_vm.program.on_cpython import NativeRecorder, native_starter, tracers
from calcharo_vm.program.on_machine import machines, starter
from calcharo_vm.program.outcome import exit_status_of, outcome_of, outcome_of_stopped
from calcharo_vm.program.teardown import forget_last_exception, let_main_go
from calcharo_vm.recording import Outcome, OutcomeStatus, OutputCapture
from calcharo_vm.recording.storage.spilling import SpillingJournal
from calcharo_vm.recording.storage.writer import RecordingWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.config import Limits, TracerConfig
    from calcharo_vm.machine.machine import Machine
    from calcharo_vm.program import Program
    from calcharo_vm.program.launch import Start
    from calcharo_vm.program.plugged import Plugged
    from calcharo_vm.recording.journal import Journal

__all__ = ["run_and_record"]


def run_and_record(program: Program, config: TracerConfig, target: str | None) -> int:
    """Run a program and save its recording when all of it has ended, exit functions included.

    Args:
        program: The program.
        config: Its limits, the tier that executes it, its scope, its plugins.
        target: The file of the recording; None to keep none.

    Raises:
        CalcharoError: The recording cannot be written, or a plugin ends the run.
    """
    source = _source(program)
    can_have_plugins = config.optimization is not Tier.NATIVE
    has_plugins = can_have_plugins and (bool(config.plugins) or (config.installed_plugins and bool(installed_names())))
    journal = _no_journal() if target is None and not has_plugins else _journal(target, source)
    recorder = _recorder(config, journal, is_sampled=target is not None)
    plugged = _plugged(config, recorder, program, source) if has_plugins else None
    process = os.getpid()
    uncaught: list[Outcome] = []
    with _capture(config, recorder, plugged, is_recorded=target is not None), _looked_at(config.limits, recorder):
        start = _starter(config, recorder)
        left, outcome = _run(lambda: launch(program, start, lambda error: uncaught.append(outcome_of(error))))
        if os.getpid() != process:
            raise left  # a fork of the program: the recording is its parent's
        if recorder.limit_reached is None:
            threading._shutdown()  # type: ignore[attr-defined]
            atexit._run_exitfuncs()
            forget_last_exception()
            recorder.let_types_go()
            let_main_go()
    for machine in machines:
        machine.stop_observing()
    for tracer in tracers:
        tracer.stop_observing()
    if recorder.limit_reached not in (None, "failed"):
        _leave_at_limit(recorder, recorder.limit_reached, config, source, target, plugged)
    outcome = uncaught[0] if uncaught else outcome
    if not _save(recorder, outcome, source, target, plugged):
        return exit_statuses.FAILED
    raise left


def _recorder(config: TracerConfig, journal: Journal | None, *, is_sampled: bool) -> MachineRecorder:
    if config.optimization is Tier.NATIVE:
        return NativeRecorder(journal, is_sampled=is_sampled)
    return MachineRecorder(journal, is_sampled=is_sampled, limits=config.limits)


def _starter(config: TracerConfig, recorder: MachineRecorder) -> Start:
    """Give what begins to record a program when the process is set up for it."""
    scope = config.scope
    if isinstance(recorder, NativeRecorder):
        return native_starter(recorder, scope.include, scope.exclude)
    return starter(
        observer=as_observer(recorder),
        include=scope.include,
        exclude=scope.exclude,
        made=lambda machine: _govern(machine, config, recorder),
    )


class _NowhereWriter(RecordingWriter):
    """Writes a recording that nobody wants, so that it takes no memory."""

    def _opened(self, path: str) -> int:
        return os.open(path, os.O_WRONLY | os.O_CLOEXEC)


def _no_journal() -> Journal:
    version = platform.python_version()
    return SpillingJournal(NULL, _NowhereWriter(os.devnull, NULL, python=version, source="", isolation=("none",)))


def _journal(target: str | None, source: str) -> Journal | None:
    """Make what the recorder writes; None for a journal in memory, which plugins get at the end."""
    return spilling_journal(target, source) if target is not None and target.endswith(".calcharo") else None


def _plugged(config: TracerConfig, recorder: MachineRecorder, program: Program, source: str) -> Plugged:
    """Let plugins take part: those that are named, and where the run is looked at anyway, those that are installed."""
    from calcharo_vm.program.plugged import Plugged, plugins_for  # noqa: PLC0415 - most runs have none
    from calcharo_vm.program.subject import Subject  # noqa: PLC0415 - as above

    subject = Subject(compile("", program.target, "exec"), {}, program.argv, source)
    return Plugged(plugins_for(config), config, recorder, subject)


def _capture(
    config: TracerConfig, recorder: MachineRecorder, plugged: Plugged | None, *, is_recorded: bool
) -> AbstractContextManager[object]:
    """Have somebody told of what the program writes, if anybody is to be."""
    listens = plugged is not None and plugged.listens_to_output
    if not is_recorded and not listens and config.limits.output_bytes is None:
        return nullcontext()

    def wrote(text: str, *, is_error: bool) -> None:
        if is_recorded:
            recorder.wrote(text, is_error=is_error)
        else:
            recorder.counted(text)
        if plugged is not None:
            plugged.wrote(text, is_error=is_error)

    return OutputCapture(wrote, diverting=None if plugged is None else plugged.diverting)


def _looked_at(limits: Limits, recorder: MachineRecorder) -> AbstractContextManager[object]:
    """Have the program's source looked at before it is compiled, if that is limited."""
    if all(getattr(limits, name) is None for name in SOURCE):
        return nullcontext()
    from calcharo_vm.limits.compiling import MainSource  # noqa: PLC0415 - few runs limit it

    return MainSource(limits, recorder).looked_at()


def _govern(machine: Machine, config: TracerConfig, recorder: MachineRecorder) -> None:
    """Put what the configuration says into force on the machine, for the rest of the process's life."""
    from calcharo_vm.cli.governed import keep_to_policy  # noqa: PLC0415 - it needs this module, too

    keep_to_policy(config, machine)
    if config.optimization is Tier.COMPILED:
        recorder.compile_on(machine, keeps_code=config.keeps_code)
    if any(getattr(config.limits, name) is not None for name in RESOURCES):
        from calcharo_vm.limits.resources import Resources  # noqa: PLC0415 - few runs limit them

        _keep(Resources(config.limits, machine, recorder).counted())
    if config.deterministic or config.capture.inputs:
        from calcharo_vm.machine.inputs import answered_by  # noqa: PLC0415 - few runs have their inputs kept
        from calcharo_vm.program.inputs import LiveWorld, PinnedWorld, ProgramInputs  # noqa: PLC0415 - as above

        world = PinnedWorld() if config.deterministic else LiveWorld()
        inputs = ProgramInputs(world, lambda: recorder.complete_steps)
        recorder.journal.inputs = inputs.log
        _keep(answered_by(machine, inputs))


_kept: list[AbstractContextManager[object]] = []


def _keep(context: AbstractContextManager[object]) -> None:
    context.__enter__()
    _kept.append(context)


def _leave_at_limit(
    recorder: MachineRecorder,
    reached: str,
    config: TracerConfig,
    source: str,
    target: str | None,
    plugged: Plugged | None,
) -> NoReturn:
    """End the process: no exit function or finaliser of the program is to be executed, and no thread waited for."""
    from calcharo_vm.cli.governed import tell_limit  # noqa: PLC0415 - most runs end otherwise

    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    status = exit_statuses.FAILED
    outcome = outcome_of_stopped(reached)
    if _save(recorder, outcome, source, target, plugged):
        status = exit_statuses.LIMIT_REACHED if outcome.limit is None else tell_limit(reached, config.limits)
    with suppress(Exception):
        sys.stderr.flush()
    os._exit(status)


def _run(run: Callable[[], int]) -> tuple[BaseException, Outcome]:
    """Run a program, and give the exception by which the process is to end, and how the program ended.

    The exception is a new one: a program's own would keep alive what its frames hold.
    """
    try:
        status = run()
    except InternalError as error:
        return SystemExit(show_failure(error)), outcome_of(error)
    except KeyboardInterrupt:
        return KeyboardInterrupt(), Outcome(OutcomeStatus.EXCEPTION, exit_code=1)
    except SystemExit as error:
        outcome = Outcome(OutcomeStatus.EXITED, exit_code=exit_status_of(error))
        if error.code is None or isinstance(error.code, int):
            return SystemExit(error.code), outcome
        # As the interpreter will, but now: the message belongs before what exit functions write.
        sys.stderr.write(f"{error.code}\n")
        return SystemExit(1), outcome
    return SystemExit(status), Outcome(OutcomeStatus.COMPLETED, exit_code=status)


def _source(program: Program) -> str:
    """Give the program's text, as far as the command line says where it is."""
    if program.kind is ProgramKind.COMMAND:
        return program.target
    if program.kind is not ProgramKind.FILE:
        return ""
    try:
        return decode_source(Path(program.target).read_bytes())
    except (OSError, SyntaxError, UnicodeDecodeError):
        return ""  # a folder, an archive, a compiled file


def _save(
    recorder: MachineRecorder, outcome: Outcome, source: str, target: str | None, plugged: Plugged | None
) -> bool:
    """Complete the file of the recording, and say whether that could be done."""
    if target is None and plugged is None:
        return True
    try:
        recording = recorder.recording(outcome, source)
        if plugged is not None:
            plugged.finish(recording)
        if target is not None and not target.endswith(".calcharo"):
            recording.to_json(target)
    except CalcharoError as error:
        sys.stderr.write(f"calcharo run: {error}\n")
        return False
    except OSError as error:
        sys.stderr.write(f"calcharo run: the recording cannot be saved: {error}\n")
        return False
    return True
