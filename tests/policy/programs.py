"""The programs of tests/conformance under the standard policy: what they write is CPython's, or something was refused.

    python -m tests.policy.programs [NAME...]

Only those are executed that import nothing but what the policy lists. It says what was refused, and ends with an error
if a program wrote something else though nothing was.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from calcharo_vm import Policy, TracerConfig, execute_and_trace
from tests.conformance.program import FOLDER, programs_for

if TYPE_CHECKING:
    from tests.conformance.program import Program

__all__ = ["difference", "ordinary_programs"]

_ADDRESS: Final = re.compile("0x[0-9a-f]+")
_ANYWHERE: Final = frozenset(
    {
        "error__names_of_types",  # it prints the options of the interpreter
        "threading__synchronization",  # how often its threads look is another matter each time
    }
)


def ordinary_programs() -> list[Program]:
    """Give the programs that import nothing but what the policy lists."""
    allowed = Policy.standard().imports
    return [each for each in programs_for(sys.version_info[:2]) if _imports_of(each) <= allowed.keys()]


def _imports_of(program: Program) -> set[str]:
    try:
        tree = ast.parse(program.path.read_bytes())
    except SyntaxError:
        return {""}
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("" if node.level else str(node.module))
    return found


def difference(program: Program) -> tuple[str, str]:
    """Say what was refused a program, and how its output differs from CPython's though nothing was."""
    command = [sys.executable, str(program.path), *program.argv]
    native = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=FOLDER, check=False)
    argv = [str(program.path), *program.argv]
    recording = execute_and_trace(program.path, TracerConfig(policy="standard"), argv=argv, stdin="")
    refused = "; ".join(dict.fromkeys(each.message for each in recording.violations))
    expected, found = (_ADDRESS.sub("", text) for text in (native.stdout, recording.stdout))
    is_same = expected == found or program.name in _ANYWHERE
    return refused, "" if is_same or refused else f"{expected[-300:]!r} was expected, not {found[-300:]!r}"


def main(names: list[str]) -> int:
    """Execute the programs with these names, or all."""
    chosen = [each for each in ordinary_programs() if not names or each.name in names]
    different = 0
    untouched = 0
    for program in chosen:
        refused, differs = difference(program)
        if refused or differs:
            print(f"{program.name}: {refused or differs}", flush=True)
        different += bool(differs)
        untouched += not refused
    print(f"{len(chosen)} programs, {untouched} of which nothing was refused, {different} that differ all the same")
    return bool(different)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
