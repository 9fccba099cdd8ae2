"""Runs one program in this process, natively or on the machine, and notes all that can be seen of it."""

import gc
import io
import linecache
import re
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType, ModuleType, TracebackType
from typing import TYPE_CHECKING, NamedTuple

from calcharo_vm.machine.machine import Machine
from calcharo_vm.machine.scope import Scope
from tests.conformance.fuzzing.machine_steps import CheckedStepObserver, StepObserver
from tests.conformance.path import reported_offsets

if TYPE_CHECKING:
    from _typeshed import TraceFunction

FILENAME = "<guest>"
SECONDS = 4.0
_TOOL = 4
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")

Namespace = dict[str, object]
Step = tuple[CodeType, int]


class Stopped(BaseException):
    """Ends a program that runs too long."""


class Outcome(NamedTuple):
    """What a run of a program shows."""

    output: str
    error: str
    path: list[tuple[str, int, int]]
    violations: list[str]
    stopped: bool


def run_natively(source: str, namespace: Namespace) -> Outcome:
    """Runs a program on CPython itself."""
    code = compiled(source)
    steps: list[Step] = []
    record = _record_by_monitoring if sys.version_info >= (3, 12) else _record_by_settrace

    def execute(globals_: Namespace) -> None:
        exec(code, globals_)

    with record(code, steps):
        return _run(execute, source, namespace, lambda: steps, list, by_start=sys.version_info < (3, 12))


def run_on_machine(source: str, namespace: Namespace, *, checked: bool = False) -> Outcome:
    """Runs a program on the machine, every instruction held to the invariants if `checked`."""
    code = compiled(source)
    observer = CheckedStepObserver(FILENAME) if checked else StepObserver(FILENAME)
    machine = Machine(observer=observer, scope=Scope("/nowhere"))

    def execute(globals_: Namespace) -> None:
        machine.run_code(code, globals_)

    with machine.activate():
        return _run(execute, source, namespace, lambda: observer.steps, lambda: observer.violations)


def compiled(source: str) -> CodeType:
    """Compiles a program; a new code object each time, since CPython keeps its events there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code: CodeType = compile(source, FILENAME, "exec", dont_inherit=True)
    return code


def _run(
    execute: Callable[[Namespace], None],
    source: str,
    namespace: Namespace,
    steps: Callable[[], list[Step]],
    violations: Callable[[], list[str]],
    *,
    by_start: bool = False,
) -> Outcome:
    module = ModuleType("__main__")
    module.__dict__.update(namespace)
    main = sys.modules["__main__"]
    streams = sys.stdout, sys.stderr
    linecache.cache[FILENAME] = (len(source), None, source.splitlines(keepends=True), FILENAME)
    output = io.StringIO()
    sys.stdout = sys.stderr = output
    sys.modules["__main__"] = module
    hooks = sys.get_asyncgen_hooks()
    # Otherwise CPython closes such a generator by itself, without the instructions that closing it by a call executes.
    sys.set_asyncgen_hooks(finalizer=lambda _: None)
    error, stopped = "", False
    gc.freeze()  # so that only what the program makes is looked through at the end
    try:
        with _time_limit():
            error, stopped = _execute(execute, module.__dict__)
            module.__dict__.clear()
    except Stopped:
        stopped = True
    finally:
        text = output.getvalue()
        path = _readable(steps(), by_start=by_start)
        found = list(violations())
        sys.stdout = sys.stderr = io.StringIO()  # cycles die in no order that anybody promised
        module.__dict__.clear()
        gc.collect()
        gc.unfreeze()
        sys.set_asyncgen_hooks(*hooks)
        sys.stdout, sys.stderr = streams
        sys.modules["__main__"] = main
    return Outcome(_ADDRESS.sub("0x...", text), _ADDRESS.sub("0x...", error), path, found, stopped)


def _execute(execute: Callable[[Namespace], None], globals_: Namespace) -> tuple[str, bool]:
    try:
        execute(globals_)
    except Stopped:
        return "", True
    except BaseException as error:
        error.__traceback__ = _guest_part(error.__traceback__)
        return _formatted(error), False
    return "", False


def _formatted(error: BaseException) -> str:
    """Formats an exception, which may itself be beyond what can be formatted."""
    try:
        return "".join(traceback.format_exception(error))
    except Exception as failure:
        return f"{type(error)}, not formatted: {failure!r}"


def _guest_part(entry: TracebackType | None) -> TracebackType | None:
    while entry is not None and entry.tb_frame.f_code.co_filename != FILENAME:
        entry = entry.tb_next
    return entry


@contextmanager
def _time_limit() -> Iterator[None]:
    """Raises Stopped when its CPU time is up, and again and again, for programs that handle it."""

    def stop(_: int, __: FrameType | None) -> None:
        raise Stopped

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS, 0.2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _readable(steps: list[Step], *, by_start: bool) -> list[tuple[str, int, int]]:
    """Names the code of each step, and drops what no oracle reports (see path.py)."""
    known: dict[int, tuple[str, int, dict[int, int]]] = {}
    found = []
    for code, place in steps:
        about = known.get(id(code))
        if about is None:
            about = known[id(code)] = code.co_qualname, code.co_firstlineno, reported_offsets(code, by_start=by_start)
        offset = about[2].get(place)
        if offset is not None:
            found.append((about[0], about[1], offset))
    return found


@contextmanager
def _record_by_monitoring(code: CodeType, steps: list[Step]) -> Iterator[None]:
    """Records the instructions of a code object and of those in it (3.12 and later)."""
    monitoring = vars(sys)["monitoring"]  # unknown to the type checker, which reads as 3.11
    append = steps.append

    def instruction(code: CodeType, offset: int) -> None:
        append((code, offset))

    monitoring.use_tool_id(_TOOL, "path oracle")
    monitoring.register_callback(_TOOL, monitoring.events.INSTRUCTION, instruction)
    codes = list(_with_inner(code))
    for one in codes:
        monitoring.set_local_events(_TOOL, one, monitoring.events.INSTRUCTION)
    try:
        yield
    finally:
        for one in codes:
            monitoring.set_local_events(_TOOL, one, 0)
        monitoring.register_callback(_TOOL, monitoring.events.INSTRUCTION, None)
        monitoring.free_tool_id(_TOOL)


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)


@contextmanager
def _record_by_settrace(_: CodeType, steps: list[Step]) -> Iterator[None]:
    """Records by opcode events (3.11)."""

    def trace(frame: FrameType, event: str, _: object) -> "TraceFunction | None":
        if frame.f_code.co_filename != FILENAME:
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        if event == "opcode":
            steps.append((frame.f_code, frame.f_lasti))
        return trace

    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(None)
