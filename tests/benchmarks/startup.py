"""Measures how much longer than `python` the command `calcharo run` takes for a one-line program.

    .venv-3.13/bin/python tests/benchmarks/startup.py [ROUNDS]

The two take turns, and their medians are compared: in time passed, and in CPU time, which other work
on the computer troubles less.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ASKED_MILLISECONDS = 120


def milliseconds(command: list[str]) -> tuple[float, float]:
    """Returns the time that passes while a command runs, and the CPU time it takes."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    passed, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return passed * 1000, used * 1000


def main(rounds: int) -> None:
    """Prints the medians and their differences."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "hello.py")
        program.write_text('print("hello")\n', encoding="utf-8")
        native = [sys.executable, str(program)]
        machine = [sys.executable, "-m", "calcharo_vm", "run", str(program)]
        milliseconds(machine)  # warm the disk cache and write bytecode
        pairs = [(milliseconds(native), milliseconds(machine)) for _ in range(rounds)]
    for number, name in enumerate(("time passed", "CPU time")):
        python = statistics.median(pair[0][number] for pair in pairs)
        calcharo = statistics.median(pair[1][number] for pair in pairs)
        print(f"{name}: python {python:.0f} ms, calcharo run {calcharo:.0f} ms: {calcharo - python:.0f} ms more")
    print(f"asked: at most {ASKED_MILLISECONDS} ms more")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
