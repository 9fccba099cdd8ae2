"""Measures how much longer than `python` the command `calcharo run` takes for a one-line program.

    .venv-3.13/bin/python tests/benchmarks/startup.py [ROUNDS]

The two take turns, and their medians are compared.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ASKED_MILLISECONDS = 120


def seconds(command: list[str]) -> float:
    """Returns how long a command takes."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(rounds: int) -> None:
    """Prints the two medians and their difference."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "hello.py")
        program.write_text('print("hello")\n', encoding="utf-8")
        native = [sys.executable, str(program)]
        machine = [sys.executable, "-m", "calcharo_vm", "run", str(program)]
        seconds(native), seconds(machine)  # warm the disk cache and write bytecode
        pairs = [(seconds(native), seconds(machine)) for _ in range(rounds)]
    python, calcharo = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    print(
        f"python {python:.0f} ms, calcharo run {calcharo:.0f} ms: "
        f"{calcharo - python:.0f} ms more (asked: within {ASKED_MILLISECONDS})"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
