"""Runs a program under one tracer or interpreter, and says how much that saw and how much it wrote.

Each of them is set up to show what it can of a program: lines and variables, or calls with arguments and results.
The packages are looked for when they are needed, for none of them is needed to run the tests.
"""

import importlib
import json
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import CodeType, FrameType

import attrs

from calcharo_vm import Capture, TracerConfig, execute_and_trace
from calcharo_vm.machine.machine import Machine
from tests.benchmarks.run import Counter, namespace, run_on_machine

EVERY_FRAME = 10_000


@attrs.frozen
class Run:
    """A program to be run once.

    Attributes:
        path: Its file.
        size: How often it does its work.
        folder: Where to write.
    """

    path: Path
    size: int
    folder: Path

    @property
    def code(self) -> CodeType:
        """Its code."""
        return compile(self.path.read_text(encoding="utf-8"), str(self.path), "exec")

    @property
    def output(self) -> Path:
        """A file for what is written."""
        return self.folder / "output.txt"


@attrs.frozen
class Seen:
    """What a tracer saw of a run.

    Attributes:
        result: The program's result.
        count: Says how many events or steps there were; it is called when time is no longer measured.
        written: The file that they are in, None when they are kept in memory or nowhere.
    """

    result: object
    count: Callable[[], int]
    written: Path | None = None


def lines_of(run: Run) -> int:
    """How many lines a program executes, by CPython's own line events."""
    filename, code, lines = str(run.path), run.code, [0]

    def trace(frame: FrameType, event: str, _argument: object) -> object:
        lines[0] += event == "line" and frame.f_code.co_filename == filename
        return trace

    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        exec(code, namespace(run.size))
    finally:
        sys.settrace(None)
    return lines[0]


def settrace(run: Run, *, opcodes: bool = False) -> Seen:
    """Traces as everybody does first: a copy of the local variables at each line, or at each instruction."""
    kept: list[tuple[int, dict[str, object]]] = []
    filename, wanted, values, code = str(run.path), "opcode" if opcodes else "line", namespace(run.size), run.code

    def trace(frame: FrameType, event: str, _argument: object) -> object:
        if frame.f_code.co_filename != filename:
            return None
        frame.f_trace_opcodes = opcodes
        if event == wanted:
            kept.append((frame.f_lineno, dict(frame.f_locals)))
        return trace

    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        exec(code, values)
    finally:
        sys.settrace(None)
    return Seen(values["RESULT"], lambda: len(kept))


def settrace_opcodes(run: Run) -> Seen:
    """Traces every instruction with a copy of the local variables."""
    return settrace(run, opcodes=True)


def machine(run: Run) -> Seen:
    """Runs on Calcharo's machine, without recording."""
    result, counter = run_on_machine(Machine(), run.code, run.size), Counter()

    def count() -> int:
        run_on_machine(Machine(observer=counter), run.code, run.size)
        return counter.instructions

    return Seen(result, count)


def recording(run: Run, spill: Path | None = None) -> Seen:
    """Records with Calcharo, into memory."""
    values = namespace(run.size)
    found = execute_and_trace(run.code, TracerConfig(capture=Capture(spill=spill)), globals=values)
    found.raise_for_outcome()
    return Seen(values["RESULT"], lambda: len(found), spill)


def recording_to_file(run: Run) -> Seen:
    """Records with Calcharo, into a file."""
    return recording(run, run.folder / "recording.calcharo")


def snoop(run: Run) -> Seen:
    """Runs under snoop: a log of lines, and of variables when they change."""
    values, code = namespace(run.size), run.code
    with run.output.open("w", encoding="utf-8") as file:
        config = importlib.import_module("snoop").Config(out=file, color=False)
        with config.snoop(depth=EVERY_FRAME):
            exec(code, values)
    return Seen(values["RESULT"], lambda: lines_of(run), run.output)


def pysnooper(run: Run) -> Seen:
    """Runs under PySnooper: a log of lines, and of variables when they change."""
    values, code = namespace(run.size), run.code
    with run.output.open("w", encoding="utf-8") as file:
        tracer = importlib.import_module("pysnooper").snoop(output=file, depth=EVERY_FRAME, color=False)
        with tracer:
            exec(code, values)
    return Seen(values["RESULT"], lambda: lines_of(run), run.output)


def hunter(run: Run) -> Seen:
    """Runs under hunter with its action that writes lines, and variables when they change."""
    values, code, library = namespace(run.size), run.code, importlib.import_module("hunter")
    with run.output.open("w", encoding="utf-8") as file, ExitStack() as stack:
        library.trace(library.Q(filename=str(run.path)), action=library.VarsSnooper(stream=file))
        stack.callback(library.stop)
        exec(code, values)
    return Seen(values["RESULT"], lambda: lines_of(run), run.output)


def viztracer(run: Run) -> Seen:
    """Runs under VizTracer, with arguments and results of calls, and saves its file."""
    values, code, file = namespace(run.size), run.code, run.folder / "trace.json"
    tracer = importlib.import_module("viztracer").VizTracer(
        output_file=str(file), verbose=0, tracer_entries=5_000_000, log_func_args=True, log_func_retval=True
    )
    tracer.start()
    try:
        exec(code, values)
    finally:
        tracer.stop()
    tracer.save()

    def count() -> int:
        events = json.loads(file.read_text(encoding="utf-8"))["traceEvents"]
        return sum(1 for event in events if event["ph"] == "X")

    return Seen(values["RESULT"], count, file)


def birdseye(run: Run) -> Seen:
    """Runs under birdseye: the values of expressions, of a loop's first and last turns, into a database."""
    database = run.folder / "birdseye.db"
    os.environ["BIRDSEYE_DB"] = f"sqlite:///{database}"  # for a process's first run; there is no other
    values, library = namespace(run.size), importlib.import_module("birdseye")
    source = run.path.read_text(encoding="utf-8")
    library.eye.exec_string(source=source, filename=str(run.path), globs=values, locs=values, deep=True)
    return Seen(values["RESULT"], lambda: lines_of(run), database)


def x_python(run: Run) -> Seen:
    """Runs on x-python, another interpreter written in Python, which records nothing."""
    values, code = namespace(run.size), run.code
    values["__builtins__"] = __builtins__
    importlib.import_module("xpython.vm").PyVM().run_code(code, values)

    return Seen(values["RESULT"], lambda: machine(run).count())
