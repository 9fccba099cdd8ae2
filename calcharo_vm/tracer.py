"""The tracer: a program and a configuration become a recording."""

from __future__ import annotations

import io
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, TextIO

import attrs

from calcharo_vm.config import Isolation, Tier, TracerConfig
from calcharo_vm.errors import AuditError, CalcharoError, ConfigurationError, ReplayDiverged
from calcharo_vm.limits import RESOURCES, SOURCE
from calcharo_vm.logs import logger_of
from calcharo_vm.machine.machine import Machine
from calcharo_vm.machine.scope import Scope
from calcharo_vm.plugins.installed import installed_names
from calcharo_vm.program.adoption import adopted
from calcharo_vm.program.guest_process import GuestProcess, lent
from calcharo_vm.program.imported import owner_of_modules
from calcharo_vm.program.logging_state import own_logging
from calcharo_vm.program.observation import MachineRecorder, as_observer, spilling_journal
from calcharo_vm.program.outcome import ending, outcome_of, outcome_of_stopped
from calcharo_vm.program.subject import Request, Subject, prepare
from calcharo_vm.program.teardown import collections_so_far, let_main_go
from calcharo_vm.program.threads import waiting_for_threads
from calcharo_vm.recording.inputs import Input
from calcharo_vm.recording.output import captured_stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from calcharo_vm.config import Capture
    from calcharo_vm.isolation.remote import Stoppable
    from calcharo_vm.plugins import PluginSet
    from calcharo_vm.program.inputs import ProgramInputs
    from calcharo_vm.program.plugged import Plugged
    from calcharo_vm.program.subject import Source
    from calcharo_vm.recording import Outcome, Recording
    from calcharo_vm.recording.journal import Journal
    from calcharo_vm.tiers.native import LineTracer

__all__ = ["ExecutionTracer", "execute_and_trace"]

log = logger_of("tracer")


def execute_and_trace(
    source: Source,
    config: TracerConfig | None = None,
    *,
    filename: str | None = None,
    argv: Sequence[str] | None = None,
    stdin: str | None = None,
    globals: dict[str, object] | None = None,  # noqa: A002 - as exec() calls it
    replay: Sequence[Input] | None = None,
) -> Recording:
    """Execute a program on the machine and record every step.

    An exception that the program does not handle, and `sys.exit`, are outcomes of the recording.

    Args:
        source: The program: its text as str or bytes, the Path of a file, a code object, or a
            function to call, which is recorded with the functions of its module.
        config: How to trace it; `TracerConfig()` when it is None.
        filename: The name of a text's file, in its steps and tracebacks; `<string>` when it is None.
        argv: All of `sys.argv`; the file's name when it is None.
        stdin: What the program reads from standard input; this process's own input when it is None.
        globals: The namespace to run in; a new `__main__` when it is None.
        replay: The `inputs` of another recording, to tell the program what it was told there of clocks, chance and
            standard input.

    Returns:
        The recording.

    Raises:
        CompilationError: The source does not compile; its `__cause__` is CPython's own error.
        ConfigurationError: An argument cannot be honoured.
        ExecutionError: The machine could not go on; `recording` on it has what happened before. It is an
            `InternalError` if that is a mistake of Calcharo.
        ReplayDiverged: The program asked for other inputs than in the other recording; `recording` on it is this one.
        PluginError: A plugin that the configuration names cannot be loaded, or one failed and the configuration says
            that a run ends with that; `recording` on it has what happened before.
        AuditError: `Capture.audit` was asked for and found a mistake; `recording` on it has the whole run.
        RecordingError: The file that the recording was to go to cannot be written.

    Example:
        >>> from calcharo_vm import execute_and_trace
        >>> recording = execute_and_trace("total = sum([1, 2, 3])")
        >>> recording.outcome.status
        <OutcomeStatus.COMPLETED: 'completed'>
        >>> recording[-1].variables_state
        {'total': 6}
    """
    tracer = ExecutionTracer(config)
    return tracer.trace(source, filename=filename, argv=argv, stdin=stdin, globals=globals, replay=replay)


class ExecutionTracer:
    r"""Traces programs, one after another or side by side, with one configuration.

    Attributes:
        config: How programs are traced.

    Example:
        >>> from calcharo_vm import ExecutionTracer
        >>> tracer = ExecutionTracer()
        >>> [tracer.trace(f"print({number})").stdout for number in range(2)]
        ['0\n', '1\n']
    """

    def __init__(self, config: TracerConfig | None = None) -> None:
        """Take the configuration; `TracerConfig()` when it is None.

        Raises:
            ConfigurationError: It is not a configuration.
            PluginError: A plugin that it names cannot be loaded, or is none.
        """
        given: object = config
        if given is not None and not isinstance(given, TracerConfig):
            found = f"config is {given!r}, of type {type(given).__name__}"
            raise ConfigurationError(f"{found}; pass a TracerConfig or None")
        self.config = TracerConfig() if config is None else config
        self._plugins = _plugins_for(self.config)
        self._running: list[Stoppable] = []

    def trace(
        self,
        source: Source,
        *,
        filename: str | None = None,
        argv: Sequence[str] | None = None,
        stdin: str | None = None,
        globals: dict[str, object] | None = None,  # noqa: A002 - as exec() calls it
        replay: Sequence[Input] | None = None,
    ) -> Recording:
        """Execute a program and record every step; arguments and errors are those of `execute_and_trace`."""
        return self._trace(Request(source, filename, argv, stdin, globals, replay), lambda _recorder: None)

    def cancel(self) -> None:
        r"""Stop the programs that this tracer is tracing, whichever thread asks for it.

        Each is stopped before its next instruction, as a limit stops it, and its outcome is "cancelled"; one in a
        worker is killed at once.

        Example:
            >>> import threading
            >>> from calcharo_vm import ExecutionTracer
            >>> tracer = ExecutionTracer()
            >>> def started() -> None:
            ...     threading.Thread(target=tracer.cancel).start()
            >>> tracer.trace("started()\nwhile True: pass", globals={"started": started}).outcome.status
            <OutcomeStatus.CANCELLED: 'cancelled'>
        """
        for run in list(self._running):
            run.stop()

    async def arun(
        self,
        source: Source,
        *,
        filename: str | None = None,
        argv: Sequence[str] | None = None,
        stdin: str | None = None,
        globals: dict[str, object] | None = None,  # noqa: A002 - as exec() calls it
        replay: Sequence[Input] | None = None,
    ) -> Recording:
        r"""Trace a program in a thread of its own, while the event loop goes on.

        Arguments and errors are those of `execute_and_trace`. When the task is cancelled, the program is stopped
        before its next instruction, as a limit stops it. It is not in the process's main thread, so it cannot
        set signal handlers.

        Example:
            >>> import asyncio
            >>> from calcharo_vm import ExecutionTracer
            >>> async def main():
            ...     tracer = ExecutionTracer()
            ...     return await asyncio.gather(*(tracer.arun(f"print({number})") for number in range(2)))
            >>> [recording.stdout for recording in asyncio.run(main())]
            ['0\n', '1\n']
        """
        import asyncio  # noqa: PLC0415 - who traces without an event loop does not pay for it

        request = Request(source, filename, argv, stdin, globals, replay)
        runs: list[Stoppable] = []
        is_cancelled = False

        def started(run: Stoppable) -> None:
            runs.append(run)
            if is_cancelled:
                run.stop()

        try:
            return await asyncio.to_thread(self._trace, request, started)
        except asyncio.CancelledError:
            is_cancelled = True  # it may not have started yet
            for run in runs:
                run.stop()
            raise

    def _trace(self, request: Request, started: Callable[[Stoppable], None]) -> Recording:
        stdin: object = request.stdin
        if stdin is not None and not isinstance(stdin, str):
            raise ConfigurationError(f"stdin is {stdin!r}, of type {type(stdin).__name__}; pass text or None")
        if self.config.optimization is Tier.NATIVE:
            _check_native(self.config, request.replay)
        if request.replay is not None:
            _check_replay(request.replay)
        runs: list[Stoppable] = []

        def begun(run: Stoppable) -> None:
            runs.append(run)
            self._running.append(run)
            started(run)

        try:
            return self._trace_somewhere(request, begun)
        finally:
            for run in runs:
                self._running.remove(run)

    def _trace_somewhere(self, request: Request, started: Callable[[Stoppable], None]) -> Recording:
        if self.config.isolation is not Isolation.NONE:
            from calcharo_vm.isolation.remote import trace_in_worker  # noqa: PLC0415 - programs of one's own need none

            return trace_in_worker(self.config, request, started)
        return self._trace_here(request, started)

    def _trace_here(self, request: Request, started: Callable[[MachineRecorder], None]) -> Recording:
        limits, text, excess = self.config.limits, None, None
        if any(getattr(limits, name) is not None for name in SOURCE):
            from calcharo_vm.program.measured import measured  # noqa: PLC0415 - few runs limit it

            given, text, excess = measured(request.source, limits)
            request = attrs.evolve(request, source=given)
        subject = prepare(request)
        if self.config.policy is not None and subject.function is not None:
            raise ConfigurationError(
                "policy is set, but the source is a function of this process, whose module has imported what it likes; "
                "pass a program's text or file, or policy=None"
            )
        source = subject.text or "" if text is None else text
        capture = self.config.capture
        recorder = self._recorder(source)
        started(recorder)
        if capture.audit:
            recorder.audit()
        inputs = self._inputs(recorder, request.replay)
        if inputs is not None:
            recorder.journal.inputs = inputs.log
        plugged = self._plugged(recorder, subject)
        log.debug("run begins: %s", subject.code.co_filename, extra={"tier": str(self.config.optimization)})
        try:
            if excess is None:
                outcome = self._run(subject, recorder, request.stdin, inputs, plugged)
            else:
                recorder.reach(excess)
        except CalcharoError as error:
            error.recording = recorder.recording(outcome_of(error), source)
            raise
        finally:
            recorder.finish()
        if recorder.limit_reached is not None:
            outcome = outcome_of_stopped(recorder.limit_reached)
        recording = recorder.recording(outcome, source)
        found = {"outcome": str(outcome.status), "limit": outcome.limit, "steps": len(recording)}
        log.info("run of %s ended: %s", subject.code.co_filename, outcome.status, extra=found)
        if plugged is not None:
            plugged.finish(recording)
        _raise_for_audit(recorder, recording)
        _raise_for_replay(inputs, recording)
        return recording

    def _recorder(self, source: str) -> MachineRecorder:
        journal, is_sampled = self._journal(source), self.config.capture.metrics
        if self.config.optimization is Tier.NATIVE:
            from calcharo_vm.program.on_cpython import NativeRecorder  # noqa: PLC0415 - the usual tiers do without it

            return NativeRecorder(journal, is_sampled=is_sampled)
        return MachineRecorder(journal, is_sampled=is_sampled, limits=self.config.limits)

    def _executor(self, recorder: MachineRecorder, scope: Scope) -> Machine | LineTracer:
        """Build what executes the program, or tells of it."""
        if self.config.optimization is Tier.NATIVE:
            return recorder.trace(scope)  # type: ignore[attr-defined,no-any-return] # it is a NativeRecorder
        machine = Machine(observer=as_observer(recorder), scope=scope)
        if self.config.policy is not None:
            from calcharo_vm.policy.enforcement import enforce  # noqa: PLC0415 - few runs have a policy

            enforce(self.config.policy, machine)
        if self.config.optimization is Tier.COMPILED:
            recorder.compile_on(machine, keeps_code=self.config.keeps_code)
        return machine

    def _journal(self, source: str) -> Journal | None:
        """Build what the recorder writes; None for a journal in memory."""
        spill = self.config.capture.spill
        return None if spill is None else spilling_journal(spill, source)

    def _inputs(self, recorder: MachineRecorder, replay: Sequence[Input] | None) -> ProgramInputs | None:
        """Build what tells the program of clocks, chance and standard input, unless nothing need be kept of that."""
        if replay is None and not self.config.deterministic and not self.config.capture.inputs:
            return None
        from calcharo_vm.program import inputs  # noqa: PLC0415 - it loads modules that few programs need

        world: inputs.World = inputs.PinnedWorld() if self.config.deterministic else inputs.LiveWorld()
        if replay is not None:
            world = inputs.ReplayedWorld(replay)
        return inputs.ProgramInputs(world, lambda: recorder.complete_steps)

    def _plugged(self, recorder: MachineRecorder, subject: Subject) -> Plugged | None:
        """Let plugins take part, if there are any."""
        if self._plugins is None:
            return None
        from calcharo_vm.program.plugged import Plugged  # noqa: PLC0415 - as in `_plugins_for`

        return Plugged(self._plugins, self.config, recorder, subject)

    def _run(
        self,
        subject: Subject,
        recorder: MachineRecorder,
        stdin: str | None,
        inputs: ProgramInputs | None,
        plugged: Plugged | None,
    ) -> Outcome:
        patterns, before = self.config.scope, collections_so_far()
        scope = Scope(subject.folder, patterns.include, patterns.exclude)
        executor = self._executor(recorder, scope)
        view = _view(subject, executor, scope)
        view.streams["stdin"] = _input_stream(view.streams["stdin"], stdin, inputs)
        capture = self.config.capture
        is_listened_to = plugged is not None and plugged.listens_to_output
        if capture.output or is_listened_to or self.config.limits.output_bytes is not None:
            for name in ("stdout", "stderr"):
                view.streams[name] = _captured(view.streams[name], name, capture, recorder, plugged)
        with ExitStack() as stack:
            stack.enter_context(own_logging())
            stack.enter_context(lent(view))
            stack.callback(executor.stop_observing)
            stack.enter_context(executor.activate())
            if subject.main is not None:
                stack.callback(_let_go, subject, view, recorder, before)
            if isinstance(executor, Machine) and inputs is not None:
                stack.enter_context(_told_by(executor, inputs))
            stack.enter_context(waiting_for_threads(executor.threads))
            limits = self.config.limits
            if isinstance(executor, Machine) and any(getattr(limits, name) is not None for name in RESOURCES):
                from calcharo_vm.limits.resources import Resources  # noqa: PLC0415 - few runs limit them

                stack.enter_context(Resources(limits, executor, recorder).counted())
            outcome = ending(lambda: _execute(executor, subject))
        if executor.failure is not None:  # in another thread, or a finaliser
            raise executor.failure
        return outcome


def _input_stream(real: TextIO | None, stdin: str | None, inputs: ProgramInputs | None) -> TextIO | None:
    """Give the program's standard input."""
    source = getattr(real, "buffer", None) if stdin is None else io.BytesIO(stdin.encode())
    if inputs is not None and source is not None:
        from calcharo_vm.program.inputs import kept_stream  # noqa: PLC0415 - as in `_inputs`

        return kept_stream(source, inputs)
    return real if stdin is None else io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")


@contextmanager
def _told_by(machine: Machine, inputs: ProgramInputs) -> Iterator[None]:
    """Have the program told by its inputs while the block runs."""
    from calcharo_vm.machine.inputs import answered_by  # noqa: PLC0415 - as in `_inputs`

    try:
        with answered_by(machine, inputs):
            yield
    finally:
        inputs.finish()


def _check_native(config: TracerConfig, replay: Sequence[Input] | None) -> None:
    """Refuse what CPython cannot be held to."""
    from calcharo_vm.program.on_cpython import check_limits  # noqa: PLC0415 - the usual tiers do without it

    check_limits(config, is_in_worker=config.isolation is not Isolation.NONE)
    if replay is not None:
        message = "replay is given, and only the machine can tell a program its inputs"
        raise ConfigurationError(f"{message}; use optimization='interpreter'")


def _check_replay(replay: Sequence[Input]) -> None:
    """Refuse what are no inputs of a recording."""
    for each in replay:
        found: object = each
        if not isinstance(found, Input):
            raise ConfigurationError(f"replay holds {found!r}; pass the inputs of a recording")


def _raise_for_replay(inputs: ProgramInputs | None, recording: Recording) -> None:
    """Raise when the program asked for other inputs than in the recording whose inputs it was told."""
    divergence = "" if inputs is None else inputs.world.divergence
    if divergence:
        error = ReplayDiverged(f"the run differs from the recording: {divergence}; has the program changed?")
        error.recording = recording
        raise error


def _raise_for_audit(recorder: MachineRecorder, recording: Recording) -> None:
    """Raise when an audit has found mistakes in the recording."""
    mismatches = () if recorder.auditor is None else tuple(recorder.auditor.mismatches)
    if mismatches:
        count = "once" if len(mismatches) == 1 else f"{len(mismatches)} times"
        message = f"the recording differs from the program {count}: {mismatches[0]}; please report it with the program"
        error = AuditError(message, mismatches)
        error.recording = recording
        raise error


def _captured(
    own: TextIO | None, name: str, capture: Capture, recorder: MachineRecorder, plugged: Plugged | None
) -> TextIO:
    """Build the standard output or error of a program, for a stream of this process."""
    is_error = name == "stderr"
    real = own if capture.forward or not capture.output else None

    def wrote(text: str) -> None:
        if capture.output:
            recorder.wrote(text, is_error=is_error)  # which is ignored later on
        else:
            recorder.counted(text)
        if plugged is not None:
            plugged.wrote(text, is_error=is_error)

    return captured_stream(real, wrote, None if plugged is None else plugged.diverting(own))


def _plugins_for(config: TracerConfig) -> PluginSet | None:
    """Gather the plugins that a configuration asks for; None when there are none, as with the native tier."""
    is_asked = config.plugins or (config.installed_plugins and installed_names())
    if config.optimization is Tier.NATIVE or not is_asked:
        return None
    from calcharo_vm.program.plugged import plugins_for  # noqa: PLC0415 - most runs have no plugins, and load none

    return plugins_for(config)


def _view(subject: Subject, executor: Machine | LineTracer, scope: Scope) -> GuestProcess:
    """Build what the program sees of the process."""
    view = GuestProcess.as_it_is()
    view.main = subject.main or view.main
    view.argv = subject.argv
    view.path = list(view.path) if subject.folder is None else [subject.folder, *view.path]
    view.owns_thread = lambda: executor.runs_here
    if scope.program_folder is not None:
        view.owns_module = owner_of_modules(scope)
    return view


def _let_go(subject: Subject, view: GuestProcess, recorder: MachineRecorder, before: tuple[int, ...]) -> None:
    """Finalise what the program leaves behind, while that is still recorded."""
    subject.main, subject.namespace = None, {}
    view.main = ModuleType("__main__")
    recorder.let_types_go()
    let_main_go(before)


def _execute(machine: Machine | LineTracer, subject: Subject) -> None:
    """Run the program on the machine, or on CPython, in the current thread."""
    if not isinstance(machine, Machine):
        from calcharo_vm.program.on_cpython import execute_natively  # noqa: PLC0415 - as in `_recorder`

        execute_natively(machine, subject)
        return
    called = subject.function
    if called is None:
        machine.run_code(subject.code, subject.namespace, foreign=subject.text is None)
        return
    with adopted(machine, subject.python_function()):
        called()
