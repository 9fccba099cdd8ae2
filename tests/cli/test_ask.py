"""Tests for calcharo_vm/cli/ask.py, asking.py and answers.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from calcharo_vm import Recording, execute_and_trace
from calcharo_vm.cli.ask import ask
from tests.cli.differential import calcharo

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

PROGRAM = """\
class Account:
    def __init__(self, balance):
        self.balance = balance
    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError("not enough")
        self.balance -= amount
        return self.balance
def numbers():
    yield 1
waiting = numbers()
next(waiting)
del waiting
total = 0
for number in [4, 5]:
    total += number
account = Account(total)
print(account.withdraw(3))
try:
    account.withdraw(30)
except ValueError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    execute_and_trace(PROGRAM, filename="program.py").save(folder / "out.calcharo")
    return folder / "out.calcharo"


@pytest.fixture(scope="module")
def recording(file: Path) -> Recording:
    return Recording.open(file)


def asked(file: Path, *words: str) -> Result:
    return CliRunner().invoke(ask, [str(file), *words], catch_exceptions=False)


def rows(file: Path, *words: str) -> list[list[str]]:
    """The cells of the table that answers a question, its titles included."""
    result = asked(file, *words)
    assert (result.exit_code, result.stderr) == (0, "")
    return [re.split(r"  +", line.strip()) for line in result.stdout.splitlines()]


def test_history(file: Path, recording: Recording) -> None:
    expected = [[str(row.index), str(row.step.line_number)] for row in recording.history("total")]

    found = rows(file, "history", "total")

    assert found[0] == ["step", "line", "function", "name", "kind", "value"]
    assert [row[:2] for row in found[1:]] == expected
    assert [row[2:] for row in found[1:]] == [["<module>", "total", "bound", value] for value in ("0", "4", "9")]


def test_history_in_a_function(file: Path) -> None:
    found = rows(file, "history", "amount", "--function", "Account.withdraw")

    assert [row[-1] for row in found[1:]] == ["3", "30"]


def test_last_write(file: Path) -> None:
    found = rows(file, "last-write", "-1", "total")

    assert found[1][1:] == ["16", "<module>", "total += number", "total = 9, number = 5"]


def test_objects(file: Path, recording: Recording) -> None:
    account = recording[-1].call_stack[-1].references["account"]
    oid = re.sub(r"\D", "", repr(account))

    assert [row[2:] for row in rows(file, "writes", f"#{oid}")[2:]] == [
        ["Account.__init__", "set", "'balance'", "9"],
        ["Account.withdraw", "set", "'balance'", "6"],
    ]
    assert rows(file, "last-write", "-1", f"#{oid}")[1][1:3] == ["7", "Account.withdraw"]
    assert rows(file, "aliases", "-1", oid)[1:] == [["name", "account", "global variables"]]
    assert rows(file, "aliases", "-1", "account") == rows(file, "aliases", "-1", oid)


def test_aliases_in_frames_and_objects(tmp_path: Path) -> None:
    recording = execute_and_trace("def f(p):\n    q = [p]\n    return q\nf({})\n", filename="f.py")
    recording.save(tmp_path / "f.json")
    step = next(step.index for step in recording.lines() if step.line_number == 3)

    found = rows(tmp_path / "f.json", "aliases", str(step), "p")

    assert ["local", "p", "f, frame 1"] in found
    assert any(row[:2] == ["item", "0"] and row[2].startswith("list #") for row in found)


def test_origin(file: Path) -> None:
    found = rows(file, "origin", "-1", "number")

    assert found[1][3:] == ["number is bound", "number"]
    assert found[-1][3].endswith("a literal")


def test_calls(file: Path) -> None:
    found = rows(file, "calls", "Account.withdraw")

    assert found[0] == ["step", "last", "call", "called by", "end"]
    assert [row[2:] for row in found[1:]] == [
        ["Account.withdraw(self=Account(balance=9), amount=3)", "<module>, line 18", "returned 6"],
        ["Account.withdraw(self=Account(balance=6), amount=30)", "<module>, line 20", "raised ValueError"],
    ]
    assert rows(file, "calls", "numbers")[1][-1] in {"was closed", "raised GeneratorExit"}  # by CPython's version


def test_a_call_that_did_not_end(tmp_path: Path) -> None:
    kept: list[object] = []
    source = "def f(): yield\nkept.append(f())\n"
    execute_and_trace(source, globals={"kept": kept}).save(tmp_path / "x.json")

    assert rows(tmp_path / "x.json", "calls")[1][-1] == "did not end"


def test_hits(file: Path) -> None:
    found = rows(file, "hits", "program.py:16")

    assert [row[-1] for row in found[1:]] == ["total = 0, number = 4", "total = 4, number = 5"]


def test_raises(file: Path) -> None:
    found = rows(file, "raises", "ValueError")

    assert found[1][1:] == [
        *("6", "Account.withdraw", "ValueError: not enough", "caught in <module>, line 21", "Account.withdraw")
    ]
    assert rows(file, "raises") == found or len(rows(file, "raises")) > len(found)


def test_output(file: Path) -> None:
    assert [row[1:] for row in rows(file, "output")[1:]] == [
        ["18", "<module>", "stdout", r"'6\n'"],
        ["22", "<module>", "stdout", r"'not enough\n'"],
    ]


def test_the_story(file: Path, recording: Recording) -> None:
    found = rows(file, "story", "--limit", "1000")

    assert [row[0] for row in found[1:]] == [str(step.index) for step in recording.story()]
    assert any("raises ValueError: not enough" in row for row in found)


def test_backwards_and_no_more_than_wanted(file: Path) -> None:
    found = rows(file, "history", "total", "--backwards", "--limit", "2")

    assert [row[-1] for row in found[1:3]] == ["9", "4"]
    assert found[3:] == [["(more; --limit 3 shows all)"]]
    assert rows(file, "history", "total", "--limit", "0") == [["(more; --limit 3 shows all)"]]


def test_nothing_found(file: Path) -> None:
    assert rows(file, "hits", "program.py:1000") == [["nothing found"]]
    assert rows(file, "calls", "<module>") == [["nothing found"]]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("history", "totl"), "the recording has no name 'totl'; it has total"),
        (("history", "total", "--function", "withdraw"), "no function 'withdraw'; it has Account.withdraw"),
        (("calls", "account.withdraw"), "no function 'account.withdraw'; it has Account.withdraw"),
        (("hits", "prog.py:3"), "no file 'prog.py'; it has program.py"),
        (("hits", "program.py"), "'program.py' is no line of a file: write it as program.py:12"),
        (("raises", "KeyError"), "the recording has no exception 'KeyError'; it has "),
        (("last-write", "99999", "total"), "step 99999 was asked for, and the recording has "),
        (("last-write", "-1", "#99999"), "has no object #99999"),
        (("last-write", "-1", "amount"), "<module> at step "),
        (("origin", "-1", "nothing"), "has no variable 'nothing'; it has "),
        (("aliases", "-1", "nothing"), "has no variable 'nothing'; it has "),
        (("writes", "#99999"), "the recording has no object #99999"),
        (("writes", "total"), "'total' is no object: write its number, as in #7"),
    ],
)
def test_what_is_unknown_is_said_in_one_line(file: Path, words: tuple[str, ...], message: str) -> None:
    result = asked(file, *words)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("calcharo ask: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_exception_where_there_is_none(tmp_path: Path) -> None:
    execute_and_trace("x = 1\n").save(tmp_path / "x.json")

    assert "no exception 'KeyError'; it has none" in asked(tmp_path / "x.json", "raises", "KeyError").stderr


def test_many_names_are_not_all_listed(tmp_path: Path) -> None:
    execute_and_trace("".join(f"v{n} = {n}\n" for n in range(30))).save(tmp_path / "x.json")

    assert re.search(r"it has v0, (v\d+, ){11}\.\.\.\n", asked(tmp_path / "x.json", "history", "q").stderr)


def test_a_program_is_run_and_recorded(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    seen = calcharo("ask", "program.py", "output", folder=tmp_path)

    assert (seen.status, seen.stderr) == (0, "")
    assert seen.stdout.count("stdout") == 2


def test_what_cannot_be_read_or_compiled(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def f(:\n")
    (tmp_path / "broken.json").write_text("{}")
    (tmp_path / "broken.calcharo").write_bytes(b"?")

    program = calcharo("ask", "broken.py", "output", folder=tmp_path)
    assert (program.status, program.stdout) == (1, "")
    assert program.stderr.endswith("SyntaxError: invalid syntax\n")
    for suffix in ("json", "calcharo"):
        result = asked(tmp_path / f"broken.{suffix}", "output")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("calcharo ask: ")


def test_a_usage_error_is_one_line(file: Path) -> None:
    seen = calcharo("ask", str(file), "last-write", "x", "total", folder=file.parent)

    assert seen.status == 2
    assert "'x' is not a valid integer" in seen.stderr
    assert seen.stderr.count("\n") == 1
