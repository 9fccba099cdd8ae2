"""Tests for docs/examples: every program runs, and the documentation shows what it prints."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "docs" / "examples"
PROGRAMS = sorted(EXAMPLES.glob("*.py"))
EXIT_CODES = {"bank.py": 1}


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """Runs Python among the examples: its exit code, output and errors."""
    result = subprocess.run(
        [sys.executable, *arguments], cwd=EXAMPLES, capture_output=True, text=True, timeout=120, check=False
    )
    return result.returncode, result.stdout, result.stderr


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_program_runs(program: Path) -> None:
    exit_code, output, errors = run(program.name)

    assert exit_code == EXIT_CODES.get(program.name, 0), errors
    assert output


@pytest.mark.parametrize(
    "program", [path for path in PROGRAMS if "calcharo" not in path.read_text(encoding="utf-8")], ids=lambda p: p.stem
)
def test_program_runs_on_the_machine_as_on_cpython(program: Path) -> None:
    assert run("-m", "calcharo_vm", "run", program.name) == run(program.name)


@pytest.mark.skipif(sys.version_info[:2] != (3, 13), reason="the documentation shows the instructions of 3.13")
def test_documentation_shows_what_is_printed() -> None:
    exit_code, output, errors = run(ROOT / "tools" / "examples", "--check")

    assert exit_code == 0, output + errors
