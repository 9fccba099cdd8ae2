"""Tests for calcharo_vm/cli/governed.py: `calcharo run` with limits, isolation, plugins and settings of files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from calcharo_vm import Recording
from calcharo_vm.cli.run import RunRequest, UsageError, parse_run
from calcharo_vm.isolation.namespaces import NOBODY
from calcharo_vm.program import Program, ProgramKind
from tests.cli.differential import calcharo

ENDLESS = """
import atexit
class Loud:
    def __del__(self): print("deleted")
loud = Loud()
atexit.register(print, "left")
print("begun")
while True:
    try:
        while True: n = [1]
    except BaseException: print("caught")
    finally: print("finally")
"""
STEPS = "calcharo run: the program was stopped at its limit of {}: steps\n"
ECHO = """
import sys
first = input()
sys.stdout.buffer.write(b"\\xff" + first.encode() + b"\\n")
print(sys.argv[1:], len(sys.stdin.read()), file=sys.stderr)
sys.exit(7)
"""
WAITS = """
import os, signal, sys, time
def usr1(*_): os.write(1, b"usr1\\n")  # print is not reentrant
signal.signal(signal.SIGUSR1, usr1)
if "stays" in sys.argv: signal.signal(signal.SIGINT, lambda *_: os.write(1, b"no\\n"))
print("ready", flush=True)
try:
    while True: time.sleep(0.05)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    raise
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, source in (("endless", ENDLESS), ("echo", ECHO), ("waits", WAITS)):
        (tmp_path / f"{name}.py").write_text(source)
    return tmp_path


@pytest.mark.parametrize("record", [(), ("--record", "run.json", "--tier", "compiled")])
def test_a_limit_ends_the_program_and_is_named(folder: Path, record: tuple[str, ...]) -> None:
    seen = calcharo("run", "--max-steps", "3000", *record, "endless.py", folder=folder)

    assert (124, "begun\n", STEPS.format(3000)) == (seen.status, seen.stdout, seen.stderr)
    if record:
        recording = Recording.open(folder / record[1])
        assert ("limit", "steps", "begun\n") == (recording.outcome.status, recording.outcome.limit, recording.stdout)
        assert 3000 == len(recording)


@pytest.mark.parametrize(
    "options", [(), ("--max-steps=9999",), ("--record=run.json",), ("--isolation=worker",)], ids=str
)
def test_a_policy_holds_whatever_else_is_asked_for(tmp_path: Path, options: tuple[str, ...]) -> None:
    source = "import json\nprint(json.dumps([1]))\ntry: import os\nexcept Exception as error: print(error)\nopen"
    seen = calcharo("run", "--policy=standard", *options, "-c", source, folder=tmp_path)

    assert 1 == seen.status
    assert "[1]\nthe policy refuses the import of 'os'; what may be imported says Policy.imports\n" == seen.stdout
    assert "name 'open' is not defined" in seen.stderr or "PolicyViolation" in seen.stderr


def test_a_policy_of_the_environment_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALCHARO_POLICY", "standard")
    refused = calcharo("run", "-c", "import os", folder=tmp_path)
    allowed = calcharo("run", "--policy=none", "-c", "import os", folder=tmp_path)

    assert (1, 0) == (refused.status, allowed.status)
    assert "PolicyViolation" in refused.stderr


@pytest.mark.parametrize(
    ("options", "source", "limit"),
    [
        (("--timeout=0.3",), "while True: pass", "0.3: wall_seconds"),
        (("--max-output-bytes=20",), "while True: print('flood')", "20: output_bytes"),
        (("--max-threads=0",), "import threading; threading.Thread(target=print).start()", "0: threads"),
        (("--max-open-files=0",), "open('/dev/null')", "0: open_files"),
        (("--max-source-nesting=99",), "-" * 300 + "1", "99: source_nesting"),
        (("--max-source-nesting=99", "--isolation=worker"), "-" * 300 + "1", "99: source_nesting"),
        (("--max-source-bytes=60",), "exec('x = 1 # ' + 'x' * 99)", "60: source_bytes"),
        (("--max-integer-bits=99",), "2 ** 10 ** 9", "99: integer_bits"),
        (("--timeout=0.3", "--isolation=worker"), "import time; time.sleep(60)", "0.3: wall_seconds"),
        (("--max-steps=500", "--isolation=isolated"), "while True: pass", "500: steps"),
    ],
)
def test_each_kind_of_limit(options: tuple[str, ...], source: str, limit: str, tmp_path: Path) -> None:
    seen = calcharo("run", *options, "-c", f"{source}\nprint('survived')", folder=tmp_path)

    assert 124 == seen.status
    assert seen.stderr.endswith(f"calcharo run: the program was stopped at its limit of {limit}\n")
    assert "survived" not in seen.stdout


def test_settings_come_from_files_then_the_environment_then_options(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "pyproject.toml").write_text("[tool.calcharo.limits]\nsteps = 3003\n")
    (folder / "other.toml").write_text("[limits]\nsteps = 3004\n")
    (folder / "below").mkdir()

    def steps(*options: str) -> str:
        return calcharo("run", *options, "../endless.py", folder=folder / "below").stderr

    assert STEPS.format(3003) == steps()
    assert STEPS.format(3004) == steps("--config", "../other.toml")
    monkeypatch.setenv("CALCHARO_LIMITS_STEPS", "3005")
    assert STEPS.format(3005) == steps() == steps("--config", "../other.toml")
    assert STEPS.format(3006) == steps("--max-steps=3006")
    monkeypatch.setenv("CALCHARO_LIMITS_STEPS", "many")
    refused = calcharo("run", "endless.py", folder=folder)
    assert (2, "calcharo run: CALCHARO_LIMITS_STEPS is 'many'; write a number\n") == (refused.status, refused.stderr)


def test_settings_that_ask_for_nothing_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "calcharo.toml").write_text('[scope]\ninclude = ["enum"]\n')
    shown = calcharo("run", "-c", "import enum\nprint(enum.Enum.__name__)", folder=tmp_path)

    assert (0, "Enum\n", "") == (shown.status, shown.stdout, shown.stderr)


def test_a_deterministic_program_is_told_the_same_each_time(tmp_path: Path) -> None:
    (tmp_path / "calcharo.toml").write_text("deterministic = true\n")
    told = [calcharo("run", "-c", "import random, time\nprint(random.random(), time.time())", folder=tmp_path)] * 2

    assert told[0].stdout == told[1].stdout
    assert "94668480" in told[0].stdout


class TestInAWorker:
    @pytest.mark.parametrize(
        ("isolation", "record"), [("worker", None), ("worker", "run.calcharo"), ("isolated", "run.json")]
    )
    def test_input_output_and_the_exit_status_pass(self, isolation: str, record: str | None, folder: Path) -> None:
        words = ["--isolation", isolation, *(("--record", record) if record else ()), "echo.py", "a"]
        text = b"first\n" + b"x" * 300_000
        command = [sys.executable, "-m", "calcharo_vm", "run", *words]
        done = subprocess.run(command, input=text, capture_output=True, cwd=folder, check=False)

        assert (7, b"\xfffirst\n", b"['a'] 300000\n") == (done.returncode, done.stdout, done.stderr)
        if record:
            recording = Recording.open(folder / record)
            assert 7 == recording.outcome.exit_code
            assert isolation == recording.isolation[0]

    @pytest.mark.parametrize("words", [("-c", "1/0"), ("-",), ("-c", "def f(:")])
    def test_uncaught_exceptions_and_sources(self, words: tuple[str, ...], folder: Path) -> None:
        seen = calcharo("run", "--isolation", "isolated", *words, folder=folder, stdin="print(1); 1/0")

        assert 1 == seen.status
        assert "Error: " in seen.stderr.splitlines()[-1]
        assert ("1\n" if words == ("-",) else "") == seen.stdout

    def test_signals_reach_the_program(self, folder: Path) -> None:
        with self.started(folder) as process:
            process.send_signal(signal.SIGUSR1)
            assert process.stdout is not None
            assert "usr1\n" == process.stdout.readline()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)

        assert ("interrupted\n", 130) == (out, process.returncode)
        assert err.endswith("KeyboardInterrupt\n")

    def test_a_signal_that_ends_it(self, folder: Path) -> None:
        with self.started(folder) as process:
            process.send_signal(signal.SIGTERM)
            _out, err = process.communicate(timeout=30)

        assert 128 + signal.SIGTERM == process.returncode
        assert "calcharo run: signal 15 (SIGTERM) ended the worker\n" == err

    def test_interrupts_kill_in_the_end(self, folder: Path) -> None:
        with self.started(folder, "stays") as process:
            assert process.stdout is not None
            for _ in range(2):
                process.send_signal(signal.SIGINT)
                assert "no\n" == process.stdout.readline()
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)

        assert 128 + signal.SIGKILL == process.returncode

    @staticmethod
    def started(folder: Path, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "calcharo_vm", "run", "--isolation", "isolated", "waits.py", *words]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        assert process.stdout is not None
        assert "ready\n" == process.stdout.readline()
        return process

    def test_what_cannot_go_there(self, tmp_path: Path) -> None:
        for words, what in ((("-m", "this"), "a module"), ((".",), "a folder")):
            refused = calcharo("run", "--isolation", "worker", *words, folder=tmp_path)

            assert 2 == refused.status
            assert f"calcharo run: {what} cannot run in a worker; give the file of the program" in refused.stderr


def test_files_beside_an_isolated_program_are_granted_by_name(tmp_path: Path) -> None:
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)  # root becomes another user, who must find it
    (tmp_path / "beside.txt").write_text("found")
    read = ("--isolation", "isolated", "-c", f"print(open({str(tmp_path / 'beside.txt')!r}).read())")

    assert 0 < NOBODY
    assert 1 == calcharo("run", *read, folder=tmp_path).status
    assert "found\n" == calcharo("run", "--readable", str(tmp_path), *read, folder=tmp_path).stdout


def test_plugins_take_part_where_a_run_is_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "telling.py").write_text(
        "from calcharo_vm.plugins import hookimpl\n"
        "@hookimpl\ndef on_start(run): print('start', run.filename, run.argv)\n"
        "@hookimpl\ndef on_output(text): print('output', repr(text))\n"
        "@hookimpl\ndef on_limit(limit): print('limit', limit)\n"
        "@hookimpl\ndef on_finish(recording): print('finish', recording.outcome.status, recording.stdout)\n"
    )
    information = folder / "telling-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: telling\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[calcharo]\ntelling = telling\n")
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{Path(__file__).parents[2]}")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "calcharo_vm", "run", *words]
        return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)

    (folder / "calcharo.toml").write_text('plugins = ["telling"]\n')
    told = run("-c", "print(1)")
    assert (0, "") == (told.returncode, told.stderr)
    assert "start print(1) ('-c',)\n" == told.stdout[: len("start print(1) ('-c',)\n")]
    assert {"1", "output '1'", "output '\\n'", "finish completed "} <= set(
        told.stdout.replace("1output", "1\noutput").splitlines()
    )
    limited = run("--max-steps=2000", "endless.py")
    assert 124 == limited.returncode
    assert "limit steps\nfinish limit" in limited.stdout
    (folder / "calcharo.toml").unlink()
    assert "start endless.py" in run("--max-steps=2000", "endless.py").stdout
    assert "1\n" == run("-c", "print(1)").stdout


@pytest.mark.parametrize(
    ("words", "request_"),
    [
        (["--max-steps=5", "x.py"], RunRequest(Program(ProgramKind.FILE, "x.py"), limits=(("steps", 5),))),
        (["--timeout", "0.5", "x.py"], RunRequest(Program(ProgramKind.FILE, "x.py"), limits=(("wall_seconds", 0.5),))),
        (
            ["--allow-degraded", "--isolation", "isolated", "--readable=a", "--readable=b", "--config=c", "x.py"],
            RunRequest(
                Program(ProgramKind.FILE, "x.py"),
                config="c",
                isolation="isolated",
                readable=("a", "b"),
                allow_degraded=True,
            ),
        ),
    ],
)
def test_what_options_ask_for(words: list[str], request_: RunRequest) -> None:
    assert request_ == parse_run(words)
    assert request_.asks_for_settings


def test_a_limit_must_be_a_number(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="option --max-steps is 'many'; give a number"):
        parse_run(["--max-steps", "many", "x.py"])
    refused = calcharo("run", "--max-steps=0", "x.py", folder=tmp_path)
    assert 2 == refused.status
    assert "Limits.steps is 0; pass a positive whole number" in refused.stderr
