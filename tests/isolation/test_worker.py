"""Tests for programs in workers: how they end, what comes back, and what is refused."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from calcharo_vm import (
    Capture,
    CompilationError,
    ConfigurationError,
    ExecutionTracer,
    Recording,
    RecordingError,
    TracerConfig,
    execute_and_trace,
)
from calcharo_vm.recording import OutcomeStatus

WORKER = TracerConfig(isolation="worker")
LATE_SECONDS = 0.5


def run(source: str, *, stdin: str | None = None, **limits: float) -> Recording:
    return execute_and_trace(source, WORKER.evolve(limits=limits), stdin=stdin)


def steps_of(recording: Recording) -> list[tuple[object, ...]]:
    """Gives what each step of a recording says, but for what differs from run to run."""
    return [
        (
            *(step.filename, step.function, step.line_number, step.column, step.opname, step.oparg, step.offset),
            *(step.variables_state, step.value_stack, step.stdout_snapshot, step.stderr_snapshot, step.exception),
        )
        for step in recording
    ]


PROGRAMS = {
    "values": "x = [1, {'a': (2, 3)}]\ny = x + [4.5, 'text', b'bytes', None]\nx.append(y)\nprint(y)\n",
    "calls": "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nprint(f(12))\n",
    "classes": """
class A:
    def __init__(self): self.v = 1
    @property
    def w(self): return self.v + 1
print(A().w)
""",
    "exception": """
def f():
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise KeyError('x') from error
f()
""",
    "generators": """
def g():
    try:
        while True: yield (yield)
    finally: print('end')
x = g(); next(x); x.send(3); x.close()
""",
    "async": """
import asyncio
async def f(n):
    await asyncio.sleep(0)
    return n
async def main():
    print(await asyncio.gather(f(1), f(2)))
asyncio.run(main())
""",
    "library": """
import collections, dataclasses, json, re
@dataclasses.dataclass
class P:
    x: int
print(P(1), json.dumps({'a': 1}), re.sub('a', 'b', 'aa'), collections.Counter('abb'))
""",
    "long text": "t = ''\nfor n in range(300): t += str(n)\nprint(t)\n",
    "exit": "import sys\nprint('out'); print('err', file=sys.stderr)\nsys.exit(7)\n",
}


@pytest.mark.parametrize("tier", ["interpreter", "compiled"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_recording_is_the_same_as_in_this_process(name: str, tier: str) -> None:
    source = PROGRAMS[name]
    here = execute_and_trace(source, TracerConfig(optimization=tier), stdin="")
    there = execute_and_trace(source, WORKER.evolve(optimization=tier), stdin="")

    assert here.outcome == there.outcome
    assert (here.stdout, here.stderr, here.source) == (there.stdout, there.stderr, there.source)
    assert steps_of(here) == steps_of(there)


def test_questions_are_answered() -> None:
    source = "x = 1\nfor n in range(3):\n    x += n\n"
    here, there = execute_and_trace(source), run(source)

    assert [(row.step.index, row.value) for row in here.history("x")] == [
        (row.step.index, row.value) for row in there.history("x")
    ]
    assert len(here.lines()) == len(there.lines())
    assert "worker" == there.isolation[0]


class TestLimits:
    """What a limit of time or memory leaves is what was recorded until then, at most half a second late."""

    @pytest.mark.parametrize(
        "hang",
        [
            "10 ** 10 ** 10",
            "import time; time.sleep(1000)",
            "while True: pass",
            "import itertools; sum(itertools.count())",
        ],
    )
    def test_the_deadline_is_kept(self, hang: str) -> None:
        run("1")  # so that a worker is ready
        started = time.monotonic()
        recording = run(f"x = 1\nprint('before')\n{hang}\n", wall_seconds=0.5)
        late = time.monotonic() - started - 0.5

        assert ("limit", "wall_seconds") == (recording.outcome.status, recording.outcome.limit)
        assert late < LATE_SECONDS
        assert "before\n" == recording.stdout
        assert 3 == recording[-1].line_number
        assert 1 == recording[-1].variables_state["x"]
        assert [1] == [row.value for row in recording.history("x")]

    def test_cpu_time_of_native_code(self) -> None:
        recording = run("x = 1\nsum(range(10 ** 12))\n", cpu_seconds=0.3, wall_seconds=20)

        assert ("limit", "cpu_seconds") == (recording.outcome.status, recording.outcome.limit)
        assert 2 == recording[-1].line_number

    @pytest.mark.parametrize(
        "grows",
        [
            "import collections, itertools\ncollections.deque(itertools.repeat(1))",
            "x = []\nwhile True: x.append('x' * 100_000)",
            "x = 'x' * 10 ** 11",
            "x = []\nwhile True:\n    try: x.append(b'x' * (1 << 20))\n    except MemoryError: pass",
        ],
    )
    def test_memory(self, grows: str) -> None:
        recording = run(grows, memory_bytes=80 << 20, wall_seconds=20)

        assert ("limit", "memory_bytes") == (recording.outcome.status, recording.outcome.limit)
        assert len(recording)

    def test_memory_of_what_the_program_starts(self) -> None:
        child = "x = bytearray(b'x') * (200 << 20); import time; time.sleep(30)"
        source = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}])\n"
        recording = run(source, memory_bytes=150 << 20, wall_seconds=20)

        assert ("limit", "memory_bytes") == (recording.outcome.status, recording.outcome.limit)

    def test_output(self) -> None:
        recording = run("import os\nwhile True: os.write(1, b'x' * 1000)\n", output_bytes=100_000, wall_seconds=20)

        assert ("limit", "output_bytes") == (recording.outcome.status, recording.outcome.limit)

    def test_the_recording_itself(self) -> None:
        recording = run("n = 0\nwhile True: n += 1\n", recording_bytes=20_000, wall_seconds=20)

        assert ("limit", "recording_bytes") == (recording.outcome.status, recording.outcome.limit)

    def test_sizes_files_threads_and_processes(self) -> None:
        for source, limits in (
            ("x = 10 ** 10 ** 10", {"integer_bits": 1000}),
            ("x = [open('/dev/null') for _ in range(9)]", {"open_files": 5}),
            ("import threading; threading.Thread(target=print).start()", {"threads": 0}),
            ("import subprocess; subprocess.run(['true'])", {"processes": 0}),
        ):
            recording = execute_and_trace(source, WORKER.evolve(limits=limits))

            assert ("limit", *limits) == (recording.outcome.status, recording.outcome.limit)

    def test_steps_are_exact(self) -> None:
        recording = run("n = 0\nwhile True: n += 1\n", steps=1234)

        assert ("limit", "steps", 1234) == (recording.outcome.status, recording.outcome.limit, len(recording))


class TestEndings:
    @pytest.mark.parametrize(
        ("source", "message", "code"),
        [
            ("import os\nos._exit(0)", "exit code 0", 0),
            ("import os\nos._exit(5)", "exit code 5", 5),
            ("import os\nos.abort()", "signal 6 (SIGABRT)", 134),
            ("import ctypes\nctypes.string_at(0)", "signal 11 (SIGSEGV)", 139),
            ("import os\nos.kill(os.getpid(), 9)", "signal 9 (SIGKILL)", 137),
        ],
    )
    @pytest.mark.parametrize("isolation", ["worker", "isolated"])
    def test_what_the_program_does_to_its_process_is_a_crash(
        self, source: str, message: str, code: int, isolation: str
    ) -> None:
        config = WORKER.evolve(isolation=isolation)
        recording = execute_and_trace(f"print('before')\n{source}", config)
        exception = recording.outcome.exception

        assert OutcomeStatus.CRASHED is recording.outcome.status
        assert exception is not None
        assert message in exception.message
        assert code == recording.outcome.exit_code
        assert "before\n" == recording.stdout
        assert recording[-1].line_number == 3

    def test_exit_codes_and_exceptions_come_back(self) -> None:
        assert ("exited", 3) == (
            run("raise SystemExit(3)").outcome.status,
            run("raise SystemExit(3)").outcome.exit_code,
        )
        source = "def f(): raise ValueError('no')\nf()"
        failed = execute_and_trace(source, WORKER, filename="failing.py").outcome
        assert failed == execute_and_trace(source, filename="failing.py").outcome
        assert failed.exception is not None
        assert "in f" in failed.exception.traceback

    def test_source_that_does_not_compile(self) -> None:
        with pytest.raises(CompilationError) as caught:
            run("x = = 1")
        with pytest.raises(CompilationError) as here:
            execute_and_trace("x = = 1")

        assert str(here.value) == str(caught.value)
        assert isinstance(caught.value.__cause__, SyntaxError)
        assert here.value.__cause__.args == caught.value.__cause__.args  # type: ignore[union-attr]

    def test_a_fork_of_the_program_says_nothing_of_its_own(self) -> None:
        recording = run(
            "import os\nif os.fork() == 0:\n    raise SystemExit(9)\nprint(os.waitstatus_to_exitcode(os.wait()[1]))"
        )

        assert ("completed", "9\n") == (recording.outcome.status, recording.stdout)

    def test_what_the_program_has_started_ends_with_it(self, tmp_path: Path) -> None:
        file = tmp_path / "daemon"
        source = f"""
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open({str(file)!r}, 'w').write(str(os.getpid()))
        time.sleep(1000)
    os._exit(0)
os.wait()
while not os.path.exists({str(file)!r}) or not open({str(file)!r}).read(): time.sleep(0.001)
"""
        run(source)
        daemon = int(file.read_text())
        deadline = time.monotonic() + 20
        while Path(f"/proc/{daemon}").exists() and time.monotonic() < deadline:
            time.sleep(0.01)

        assert not Path(f"/proc/{daemon}").exists()


class TestWhatGoesIn:
    def test_standard_input(self) -> None:
        assert "'a' 'b\\n'\n" == run("import sys; print(repr(input()), repr(sys.stdin.read()))", stdin="a\nb\n").stdout
        assert "''\n" == run("import sys; print(repr(sys.stdin.read()))").stdout

    def test_bytes_code_objects_files_and_arguments(self, tmp_path: Path) -> None:
        file = tmp_path / "program.py"
        (tmp_path / "beside.py").write_text("value = 5\n")
        file.write_text("import sys, beside\nprint(sys.argv, __file__, beside.value)\n")
        of_file = execute_and_trace(file, WORKER, argv=["a", "b"])

        assert f"['a', 'b'] {file} 5\n" == of_file.stdout
        assert file.read_text() == of_file.source
        assert "é\n" == execute_and_trace("# coding: latin-1\nprint('é')".encode("latin-1"), WORKER).stdout
        assert "2\n" == execute_and_trace(compile("print(1 + 1)", "x.py", "exec"), WORKER).stdout

    def test_inputs_can_be_told_again(self) -> None:
        source = "import random, time; print(random.random(), time.time())"
        first = execute_and_trace(source, WORKER.evolve(capture={"inputs": True}))
        again = execute_and_trace(source, WORKER, replay=first.inputs)

        assert first.inputs
        assert first.stdout == again.stdout

    def test_deterministic_runs_have_the_same_hashes(self) -> None:
        source = "print(hash('text'), set('abcdefgh'))"
        config = WORKER.evolve(deterministic=True)

        assert execute_and_trace(source, config).stdout == execute_and_trace(source, config).stdout

    @pytest.mark.parametrize(
        ("source", "settings", "message"),
        [
            (lambda: 1, {}, "cannot go to another process; pass the program's text or file"),
            ("x", {"globals": {}}, "objects of this process cannot go to another"),
            (3, {}, "pass source text, a pathlib.Path or a code object"),
            ("x", {"stdin": 3}, "pass text or None"),
        ],
    )
    def test_what_cannot_go_there_is_refused(self, source: object, settings: dict[str, object], message: str) -> None:
        with pytest.raises(ConfigurationError) as caught:
            execute_and_trace(source, WORKER, **settings)  # type: ignore[arg-type]

        assert message in str(caught.value)


class TestWhatComesOut:
    def test_a_file_gets_the_recording_and_how_it_ended(self, tmp_path: Path) -> None:
        path = tmp_path / "run.calcharo"
        config = WORKER.evolve(capture={"spill": str(path)}, limits={"wall_seconds": 0.3})
        recording = execute_and_trace("x = 1\nwhile True: 10 ** 10 ** 10", config)
        again = Recording.open(path)

        assert recording.outcome == again.outcome
        assert ("limit", "wall_seconds") == (again.outcome.status, again.outcome.limit)
        assert steps_of(recording) == steps_of(again)
        assert "worker" == again.isolation[0]

    def test_a_file_that_cannot_be_made(self, tmp_path: Path) -> None:
        config = WORKER.evolve(capture={"spill": str(tmp_path / "no" / "run.calcharo")})
        with pytest.raises(RecordingError, match="cannot be saved"):
            execute_and_trace("1", config)

    def test_output_goes_on_to_ours_if_asked_to(self, capsys: pytest.CaptureFixture[str]) -> None:
        source = "import os, sys\nprint('a', flush=True); os.write(2, b'b')"
        recording = execute_and_trace(source, WORKER.evolve(capture=Capture(forward=True)))
        assert ("a\n", "b") == tuple(capsys.readouterr())
        assert "a\n" == recording.stdout

        execute_and_trace(source, WORKER)
        assert ("", "") == tuple(capsys.readouterr())


class TestStopping:
    def test_a_cancelled_task_ends_its_worker(self) -> None:
        async def main() -> None:
            tracer = ExecutionTracer(WORKER)
            task = asyncio.create_task(tracer.arun("import time\nwhile True: time.sleep(1000)"))
            other = await tracer.arun("print('meanwhile')")
            assert "meanwhile\n" == other.stdout
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        threads = threading.active_count()
        started = time.monotonic()
        asyncio.run(main())  # which waits for its threads

        assert time.monotonic() - started < 30
        assert threads == threading.active_count()

    def test_an_interrupt_is_this_process_s(self) -> None:
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            run("import time\ntime.sleep(1000)")
        timer.join()

        assert "1\n" == run("print(1)").stdout
