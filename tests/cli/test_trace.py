"""Tests for calcharo_vm/cli/tracing.py."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from calcharo_vm import Recording
from calcharo_vm.cli.tracing import TraceRequest, trace_program
from tests.cli.differential import calcharo

if TYPE_CHECKING:
    from pathlib import Path

GCD = """\
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a

print(gcd(12, 18))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "gcd.py").write_text(GCD)
    return tmp_path


def rows(output: str) -> list[list[str]]:
    table = output.partition("\n\n")[0].splitlines()[2:]
    return [re.split(r"  +", line.strip()) for line in table if not line.startswith("(")]


def test_it_shows_every_instruction(folder: Path) -> None:
    seen = calcharo("trace", "gcd.py", folder=folder)

    assert (seen.status, seen.stderr) == (0, "")
    title, heads = seen.stdout.splitlines()[:2]
    assert re.fullmatch(r"gcd\.py: \d+ instructions executed", title)
    assert heads.split() == ["step", "position", "function", "instruction", "stack", "changes", "output"]
    assert re.search(r"\n +\d+ +6:6 +<module> +LOAD_NAME \d+ \(gcd\)", seen.stdout)
    assert re.search(r"\n +\d+ +3:8 +gcd +STORE_FAST\w* .*a = 18|b = 12", seen.stdout)
    assert "'6\\n'" in seen.stdout
    assert seen.stdout.endswith("\noutput of the program\n6\n\noutcome: completed\n")


def test_it_shows_every_line(folder: Path) -> None:
    seen = calcharo("trace", "--lines", "gcd.py", folder=folder)

    lines = [row[1] for row in rows(seen.stdout)]
    assert lines == ["1", "6", "2", "3", "2", "3", "2", "3", "2", "4"]
    assert "instruction" not in seen.stdout.splitlines()[1]


def test_a_line_shows_what_it_wrote_itself(folder: Path) -> None:
    source = "def inner():\n    print('in')\n    return 'after'\nprint('before')\nprint(inner())\n"
    (folder / "nested.py").write_text(source)
    seen = calcharo("trace", "--lines", "nested.py", folder=folder)
    table = seen.stdout.partition("\noutput of the program\n")[0]

    assert re.findall(r"'\w+\\n'", table) == [r"'before\n'", r"'after\n'", r"'in\n'"]


def test_long_programs_are_cut(folder: Path) -> None:
    seen = calcharo("trace", "gcd.py", "--limit", "3", folder=folder)

    assert len(rows(seen.stdout)) == 3
    assert re.search(r"\n\(\d+ more; --limit \d+ shows all\)\n", seen.stdout)
    assert calcharo("trace", "gcd.py", "--limit", "0", folder=folder).stdout.splitlines()[1].startswith("(")


def test_it_saves_the_recording(folder: Path) -> None:
    seen = calcharo("trace", "gcd.py", "-o", "out.json", folder=folder)

    assert seen.status == 0
    assert json.loads((folder / "out.json").read_text())
    recording = Recording.from_json(folder / "out.json")
    assert f"{len(recording)} instructions" in seen.stdout
    assert recording.stdout == "6\n"


def test_it_saves_whole_steps(folder: Path) -> None:
    seen = calcharo("trace", "gcd.py", "-o", "out.json", "--expanded", folder=folder)
    document = json.loads((folder / "out.json").read_text())

    assert seen.status == 0
    assert "calcharo-expanded-recording" == document["format"]
    assert f"{len(document['steps'])} instructions" in seen.stdout
    assert "6\n" == document["stdout"]


@pytest.mark.parametrize("output", [(), ("-o", "out.calcharo")])
def test_whole_steps_need_a_json_file(folder: Path, output: tuple[str, ...]) -> None:
    seen = calcharo("trace", "gcd.py", "--expanded", *output, folder=folder)

    assert seen.status == 2
    assert "say where to write it with -o FILE.json" in seen.stderr


def test_it_saves_the_recording_to_a_file_that_grows(folder: Path) -> None:
    seen = calcharo("trace", "gcd.py", "-o", "out.calcharo", folder=folder)

    assert seen.status == 0
    recording = Recording.open(folder / "out.calcharo")
    assert f"{len(recording)} instructions" in seen.stdout
    assert recording.stdout == "6\n"
    assert seen.stdout == calcharo("trace", "gcd.py", folder=folder).stdout


def test_a_file_that_cannot_grow(folder: Path) -> None:
    seen = calcharo("trace", "gcd.py", "-o", "nowhere/out.calcharo", folder=folder)

    assert (seen.status, seen.stdout) == (2, "")
    assert seen.stderr.startswith("calcharo trace: the recording cannot be saved: ")


def test_the_program_gets_its_arguments_and_input(tmp_path: Path) -> None:
    (tmp_path / "show.py").write_text("import sys\nprint(sys.argv, input())\n")

    seen = calcharo("trace", "show.py", "a", "--", "-o", "x", folder=tmp_path, stdin="typed\n")

    assert "['show.py', 'a', '-o', 'x'] typed\n" in seen.stdout


def test_the_exit_status_is_the_programs(tmp_path: Path) -> None:
    (tmp_path / "leaves.py").write_text("import sys\nsys.exit(3)\n")
    (tmp_path / "fails.py").write_text("x = 1\nx.y\n")

    assert calcharo("trace", "leaves.py", folder=tmp_path).status == 3
    failed = calcharo("trace", "fails.py", folder=tmp_path)
    assert failed.status == 1
    assert "raised AttributeError: 'int' object has no attribute 'y'" in failed.stdout
    assert "\nerrors of the program\nTraceback (most recent call last):\n" in failed.stdout
    assert failed.stdout.endswith("\noutcome: exception\nAttributeError: 'int' object has no attribute 'y'\n")


def test_source_that_does_not_compile_is_shown_as_cpython_shows_it(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def f(:\n")

    seen = calcharo("trace", "broken.py", folder=tmp_path)

    assert (seen.status, seen.stdout) == (1, "")
    assert seen.stderr.endswith("line 1\n    def f(:\n          ^\nSyntaxError: invalid syntax\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nowhere.py",), "File 'nowhere.py' does not exist."),
        ((), "Missing argument 'FILE'."),
        (("gcd.py", "--limit", "-1"), "-1 is not in the range x>=0."),
    ],
)
def test_a_usage_error_is_one_line(folder: Path, words: tuple[str, ...], message: str) -> None:
    seen = calcharo("trace", *words, folder=folder)

    assert seen.status == 2
    assert message in seen.stderr
    assert seen.stderr.count("\n") == 1


def test_a_recording_that_cannot_be_saved(folder: Path) -> None:
    seen = calcharo("trace", "gcd.py", "-o", "nowhere/out.json", folder=folder)

    assert seen.status == 2
    assert "the recording cannot be saved" in seen.stderr


def test_a_narrow_terminal_cuts_cells_not_rows(folder: Path) -> None:
    reader, writer = pty.openpty()
    environment = dict(os.environ, COLUMNS="60", TERM="xterm", NO_COLOR="1", PYTHONPATH=os.pathsep.join(sys.path))
    with subprocess.Popen(
        [sys.executable, "-m", "calcharo_vm", "trace", "gcd.py"], stdout=writer, cwd=folder, env=environment
    ) as process:
        os.close(writer)
        output = b""
        while True:
            try:
                part = os.read(reader, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            output += part
        process.wait(60)
    os.close(reader)

    lines = re.sub(r"\x1b\[[0-9;]*m", "", output.decode()).replace("\r\n", "\n").splitlines()
    assert max(map(len, lines)) <= 60
    assert sum("LOAD" in line for line in lines) > 3
    heads = lines[1].split()
    assert [head[:5].rstrip("…") for head in heads] == ["step", "posit", "funct", "instr", "stack", "chang", "outpu"]


def test_a_reader_that_goes_away(folder: Path) -> None:
    (folder / "long.py").write_text("for i in range(2000): i\n")
    with subprocess.Popen(
        [sys.executable, "-m", "calcharo_vm", "trace", "long.py", "--limit", "5000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()

        assert process.stderr.read() == b""
        assert process.wait(60) == 1


def test_a_run_is_repeated_from_its_recording(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    program, kept, again = tmp_path / "program.py", tmp_path / "kept.json", tmp_path / "again.json"
    program.write_text("import time\nprint(time.time())\n")

    assert trace_program(TraceRequest(program, output=kept, deterministic=True)) == 0
    assert "946684800.001" in capfd.readouterr().out
    assert trace_program(TraceRequest(program, output=again, replay=kept)) == 0
    assert Recording.open(kept).inputs == Recording.open(again).inputs
    assert trace_program(TraceRequest(program, output=again, inputs=True)) == 0
    assert [each.kind for each in Recording.open(again).inputs] == ["time.time"]
    program.write_text("print(1)\n")
    assert trace_program(TraceRequest(program, replay=kept)) == 2
    assert "asks for time.time less often" in capfd.readouterr().err
    assert trace_program(TraceRequest(program, replay=program)) == 2


def test_a_program_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text("n = 0\nwhile True: n += 1\n")
    done = calcharo("trace", "endless.py", "--max-steps", "500", "--limit", "1", folder=tmp_path)

    assert 124 == done.status
    assert "500 instructions executed" in done.stdout
    assert "outcome: limit" in done.stdout
    assert "the program reached its limit of steps" in done.stdout
    assert 124 == calcharo("trace", "endless.py", "--timeout", "0.05", "--limit", "0", folder=tmp_path).status
    assert "0 is not in the range" in calcharo("trace", "endless.py", "--max-steps", "0", folder=tmp_path).stderr


def test_settings_come_from_a_file_and_options_win(tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text("n = 0\nwhile True: n += 1\n")
    (tmp_path / "calcharo.toml").write_text("[limits]\nsteps = 77\n")
    (tmp_path / "other.toml").write_text("[limits]\nstep = 5\n")
    trace = ("trace", "endless.py", "--limit", "0")

    assert "77 instructions" in calcharo(*trace, folder=tmp_path).stdout
    assert "55 instructions" in calcharo(*trace, "--max-steps", "55", folder=tmp_path).stdout
    refused = calcharo(*trace, "--config", "other.toml", folder=tmp_path)
    assert 2 == refused.status
    assert "other.toml: limits: there is no setting 'step'; did you mean 'steps'?" in refused.stderr


def test_the_native_tier_shows_lines(folder: Path) -> None:
    (folder / "loop.py").write_text("for k in range(2):\n    m = k\n")
    seen = calcharo("trace", "--tier", "native", "loop.py", folder=folder)

    assert seen.status == 0
    assert "5 lines executed" in seen.stdout
    assert "m = 1" in seen.stdout


def test_the_compiled_tier_shows_the_same(folder: Path) -> None:
    (folder / "loop.py").write_text("def f(n):\n    for i in range(n): i * 2\nf(100)\n")
    seen = [calcharo("trace", "--tier", tier, "loop.py", folder=folder) for tier in ("interpreter", "compiled")]

    assert seen[0].status == seen[1].status == 0
    assert seen[0].stdout == seen[1].stdout


@pytest.mark.parametrize(
    ("option", "source"),
    [("--max-integer-bits=100", "2 ** 10 ** 9"), ("--max-open-files=0", "open('/dev/null')"), ("--max-threads=0", "")],
)
def test_each_limit_has_an_option(option: str, source: str, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text((source or "import threading; threading.Timer(0, print).start()") + "\nprint('survived')\n")
    command = [sys.executable, "-m", "calcharo_vm", "trace", option, str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 124
    assert f"its limit of {option[6:].partition('=')[0].replace('-', '_')}" in done.stdout
    assert "survived" not in done.stdout
