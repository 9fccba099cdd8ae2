"""Tests for calcharo_vm/cli/disassembly.py: `calcharo dis` against `dis`."""

from __future__ import annotations

import dis
import py_compile
from typing import TYPE_CHECKING

import pytest

from calcharo_vm.cli.disassembly import print_disassembly
from calcharo_vm.cli.listing import nested_code
from calcharo_vm.program import compile_text
from tests.cli.differential import calcharo

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """\
import os.path as p
class Shape(object, metaclass=type):
    sides: int = 0
    def area(self, *scale, unit="m", **rest):
        with open(p.devnull) as file:
            for line in file:
                if line > unit and self.sides is not None:
                    yield f"{line!r:>{len(unit)}}", -self.sides
        return super().area(*scale, **rest)
async def main(n):
    try:
        async with n as m, m:
            return [x async for x in m if await x]
    except* ValueError as errors:
        raise
    finally:
        del n
match [1, {"k": 2}]:
    case [int(a), {"k": b, **c}] if a in (1, 2):
        print(a, b, c, sep="-")
long = [NAMES]
""".replace("NAMES", ", ".join(f"name_{number}" for number in range(300)))


def cells(output: str) -> list[list[str]]:
    """Split plain tables into rows of cells, by where the titles stand."""
    rows: list[list[str]] = []
    starts: list[int] = []
    for line in output.splitlines():
        if line.lstrip().startswith("line  "):
            ends = [line.index(title) + len(title) for title in ("line", "label", "offset")]
            starts = [0, *ends, line.index("  oparg"), line.index("oparg") + 5, line.index("  position")]
            continue
        if line.startswith("exception table") or (line and not line.startswith(" ") and line.endswith(")")):
            starts = []
        if starts and line:
            rows.append([line[start:end].strip() for start, end in zip(starts, [*starts[1:], None], strict=True)])
    return rows


def test_it_agrees_with_dis(capsys: pytest.CaptureFixture[str]) -> None:
    code = compile_text(PROGRAM, "shape.py")
    expected = [
        (str(found.offset), found.opname, "" if found.arg is None else str(found.arg), found.argrepr)
        for current in nested_code(code)
        for found in dis.get_instructions(current)
        if found.opname != "EXTENDED_ARG"
    ]

    print_disassembly(code)

    shown = [(row[2], row[3], row[4], row[5]) for row in cells(capsys.readouterr().out)]
    assert shown == expected


def test_the_exception_table_agrees_with_dis(capsys: pytest.CaptureFixture[str]) -> None:
    code = next(code for code in nested_code(compile_text(PROGRAM, "shape.py")) if code.co_name == "main")
    expected = [
        f"{entry.start} {entry.end - 2} {entry.target} {entry.depth}{' lasti' if entry.lasti else ''}"
        for entry in dis.Bytecode(code).exception_entries  # type: ignore[attr-defined]  # typeshed does not know it
    ]

    print_disassembly(code)

    table = capsys.readouterr().out.split("exception table\n")[1].split("\n\n")[0]
    assert [" ".join(line.split()) for line in table.splitlines()[1:]] == expected


def test_the_command_shows_every_code_object(tmp_path: Path) -> None:
    (tmp_path / "shape.py").write_text(PROGRAM)

    seen = calcharo("dis", "shape.py", folder=tmp_path)

    assert seen.status == 0
    for name in ("<module>", "Shape", "Shape.area", "main"):
        assert f"{name} (shape.py, line " in seen.stdout


def test_it_reads_compiled_files(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("print(1)\n")
    py_compile.compile(str(tmp_path / "one.py"), str(tmp_path / "one.pyc"))

    assert calcharo("dis", "one.pyc", folder=tmp_path).stdout.startswith("<module> (")


def test_source_that_does_not_compile_is_shown_as_cpython_shows_it(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def f(:\n")

    seen = calcharo("dis", "broken.py", folder=tmp_path)

    assert seen.status == 1
    assert seen.stderr == '  File "broken.py", line 1\n    def f(:\n          ^\nSyntaxError: invalid syntax\n'


@pytest.mark.parametrize(("words", "message"), [(("nowhere.py",), "does not exist"), ((), "Missing argument 'FILE'")])
def test_a_usage_error_is_one_line(tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    seen = calcharo("dis", *words, folder=tmp_path)

    assert seen.status == 2
    assert message in seen.stderr
    assert seen.stderr.count("\n") == 1
