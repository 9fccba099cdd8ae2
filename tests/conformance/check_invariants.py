"""Runs the programs with every instruction held to what `dis` says of it.

    python tests/conformance/check_invariants.py [--python .venv-3.13/bin/python] [-k PART]

What is checked is told in invariants.py; every violation is printed.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.conformance.program import programs_for
from tests.conformance.running import Comparison, Server, tail


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable, help="the interpreter to check on")
    parser.add_argument("-k", dest="parts", action="append", default=[], help="only names with this part")
    options = parser.parse_args()
    version = Comparison(options.python).version
    programs = [one for one in programs_for(version) if all(part in one.name for part in options.parts)]
    server = Server(options.python, "invariants")
    failed = instructions = 0
    for program in programs:
        status, result, output = server.run(program, "invariants")
        violations = result["violations"] if status == "done" else [status, tail(output.stderr)]
        instructions += result["checked"] if status == "done" else 0
        if violations:
            failed += 1
            print(f"=== {program.name}", *violations, sep="\n    ")
    server.close()
    print(f"{version[0]}.{version[1]}: {len(programs)} programs, {instructions} instructions, {failed} programs failed")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
