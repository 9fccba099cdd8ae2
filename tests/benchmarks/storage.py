"""Measures what recordings cost in memory and in files, and how fast they are read.

    python tests/benchmarks/storage.py            a million steps of each program, and a run of ten million
    python tests/benchmarks/storage.py --quick    a tenth of that
    python tests/benchmarks/storage.py --write    keeps the results that the documentation shows

Each program is measured in a process of its own. What is asked for is in the last lines.
"""

import argparse
import copy
import gc
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from types import FrameType

from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from calcharo_vm import TracerConfig, execute_and_trace
from calcharo_vm.config import Capture
from calcharo_vm.recording import ExecutionStep, Recording
from tests.benchmarks.results import add_write_option, show

PROGRAMS = Path(__file__).parent / "programs"
RESULTS = "storage-cost.txt"

# Sizes that come to about a million steps.
SIZES = {
    "loop": 55_000,
    "recursion": 70,
    "methods": 11_500,
    "strings": 13_500,
    "closures": 8_500,
    "exceptions": 20_000,
    "nbody": 1_060,
    "sieve": 50_000,
    "bubble_sort": 42,
    "growing_text": 77_000,
}
LONG_RUN = "loop"
PROPERTIES = [name for name, value in vars(ExecutionStep).items() if isinstance(value, property) and name[0] != "_"]

ASKED_BYTES = 64
LOOPS, ASKED_OF_LOOPS = ("loop", "sieve", "bubble_sort"), 24  # bytes, of the compiled tier
ASKED_MEDIAN, ASKED_P99 = 2e-3, 20e-3
ASKED_RESIDENT = 300e6

Figures = dict[str, float]


def namespace(size: int) -> dict[str, object]:
    """Returns the globals a program starts with."""
    return {"__name__": "__main__", "SIZE": size}


def resident() -> int:
    """Returns the bytes of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def timed_recording(name: str, size: int, config: TracerConfig) -> tuple[Recording, float]:
    """Returns a recording of a program, and the CPU time that it took."""
    path = PROGRAMS / f"{name}.py"
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    gc.collect()
    start = time.process_time()
    recording = execute_and_trace(code, config, globals=namespace(size))
    return recording, time.process_time() - start


def look_at(step: ExecutionStep) -> None:
    """Reads all that a step has."""
    for name in PROPERTIES:
        getattr(step, name)


def timed_steps(recording: Recording, steps: list[int]) -> list[float]:
    """Returns how much time it took to read each of some steps."""
    times = []
    for at in steps:
        start = time.perf_counter()  # the clock of CPU time takes as long as some steps
        look_at(recording[at])
        times.append(time.perf_counter() - start)
    return times


def mean_time(recording: Recording, steps: range) -> float:
    """Returns how much CPU time it took to read a step, where they are read in order."""
    start = time.process_time()
    for at in steps:
        look_at(recording[at])
    return (time.process_time() - start) / len(steps)


def measure_json(recording: Recording, path: Path) -> Figures:
    """Measures JSON: how long it is, and how fast it is written and read; not how long the import takes."""
    Recording.from_json(execute_and_trace("pass").to_json() or "")
    start = time.process_time()
    recording.to_json(path)
    written = time.process_time() - start
    start = time.process_time()
    steps = len(Recording.from_json(path))
    read = time.process_time() - start
    return {
        "json": path.stat().st_size / steps,
        "json_written": steps / written,
        "json_read": steps / read,
    }


def measure(name: str, size: int, folder: Path) -> Figures:
    """Measures one program."""
    timed_recording(name, 3, TracerConfig())
    gc.collect()
    before = resident()
    recording, in_memory = timed_recording(name, size, TracerConfig())
    gc.collect()
    steps, bytes_a_step = len(recording), (resident() - before) / len(recording)
    chosen = random.Random(7).sample(range(steps), 500)
    times_in_memory = timed_steps(recording, chosen)
    json_figures = measure_json(recording, folder / f"{name}.json")
    del recording
    path = folder / f"{name}.calcharo"
    spilled, spilling = timed_recording(name, size, TracerConfig(capture=Capture(spill=path)))
    del spilled
    start = time.perf_counter()
    opened = Recording.open(path)
    opening = time.perf_counter() - start
    times = timed_steps(opened, chosen)
    some = range(steps // 2, min(steps, steps // 2 + 5000))
    return {
        **json_figures,
        "steps": steps,
        "bytes": bytes_a_step,
        "file": path.stat().st_size / steps,
        "in_memory": steps / in_memory,
        "spilling": steps / spilling,
        "opening": opening,
        "median_in_memory": median(times_in_memory),
        "median": median(times),
        "p99": quantiles(times, n=100)[98],
        "forwards": mean_time(opened, some),
        "backwards": mean_time(opened, some[::-1]),
    }


def measure_compiled(name: str, size: int) -> Figures:
    """Measures the memory of a recording that the compiled tier makes."""
    config = TracerConfig(optimization="compiled")
    timed_recording(name, 3, config)
    gc.collect()
    before = resident()
    recording, _ = timed_recording(name, size, config)
    gc.collect()
    return {"compiled": (resident() - before) / len(recording)}


def measure_long_run(size: int, folder: Path) -> Figures:
    """Measures the memory of a long run that goes to a file, and random steps of it."""
    recording, seconds = timed_recording(LONG_RUN, size, TracerConfig(capture=Capture(spill=folder / "long.calcharo")))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    times = timed_steps(recording, random.Random(7).sample(range(len(recording)), 300))
    return {"steps": len(recording), "seconds": seconds, "peak": peak, "p99": quantiles(times, n=100)[98]}


def measure_line_tracer(name: str, size: int) -> Figures:
    """Measures the tracer that everybody writes first: a copy of all variables at each line."""
    path = PROGRAMS / f"{name}.py"
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    kept: list[object] = []

    def trace(frame: FrameType, event: str, _argument: object) -> object:
        if event == "line" and frame.f_code.co_filename == str(path):
            names = {key: value for key, value in frame.f_locals.items() if key[:2] != "__"}
            try:
                kept.append((frame.f_lineno, copy.deepcopy(names)))
            except Exception:  # generators and modules cannot be copied
                kept.append((frame.f_lineno, dict(names)))
        return trace

    gc.collect()
    before, start = resident(), time.process_time()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        exec(code, namespace(size))
    finally:
        sys.settrace(None)
    seconds = time.process_time() - start
    return {"steps": len(kept), "bytes": (resident() - before) / len(kept), "speed": len(kept) / seconds}


def in_own_process(*arguments: object) -> Figures:
    """Measures in another process, so that no other measurement's memory is counted."""
    run = subprocess.run(
        [sys.executable, __file__, "--one", *map(str, arguments)], capture_output=True, text=True, check=True
    )
    found: Figures = json.loads(run.stdout)
    return found


def table_of(figures: dict[str, Figures]) -> Table:
    """Returns the measurements as a table."""
    table = Table("program", title=f"CPython {sys.version.split()[0]}", title_justify="left")
    for heading in (
        "steps",
        "bytes/step",
        "compiled",
        "file bytes/step",
        "M steps/s",
        "spilling",
        "open ms",
        "random ms",
        "from file",
    ):
        table.add_column(heading, justify="right")
    for heading in ("p99 ms", "forth us", "back us", "JSON bytes/step", "M steps/s", "read"):
        table.add_column(heading, justify="right")
    for name, found in figures.items():
        table.add_row(
            name,
            f"{found['steps'] / 1e3:,.0f}",
            f"{found['bytes']:.1f}",
            f"{found['compiled']:.1f}",
            f"{found['file']:.2f}",
            f"{found['in_memory'] / 1e6:.2f}",
            f"{found['spilling'] / 1e6:.2f}",
            *(f"{found[key] * 1e3:.2f}" for key in ("opening", "median_in_memory", "median", "p99")),
            *(f"{found[key] * 1e6:.0f}" for key in ("forwards", "backwards")),
            f"{found['json']:.1f}",
            *(f"{found[key] / 1e6:.2f}" for key in ("json_written", "json_read")),
        )
    return table


def shortfalls(figures: dict[str, Figures], long_run: Figures) -> list[str]:
    """Returns what is asked for and not reached."""
    found = []
    for name, measured in figures.items():
        if measured["bytes"] > ASKED_BYTES:
            found.append(f"{name}: {measured['bytes']:.1f} bytes a step, asked {ASKED_BYTES} at most")
        if name in LOOPS and measured["compiled"] > ASKED_OF_LOOPS:
            found.append(f"{name}: {measured['compiled']:.1f} bytes a step compiled, asked {ASKED_OF_LOOPS} at most")
        if measured["median"] > ASKED_MEDIAN or measured["p99"] > ASKED_P99:
            found.append(
                f"{name}: a random step takes {measured['median'] * 1e3:.1f} ms, p99 {measured['p99'] * 1e3:.1f}"
            )
    if long_run["peak"] > ASKED_RESIDENT:
        found.append(f"the long run took {long_run['peak'] / 1e6:.0f} MB")
    return found


def main() -> None:
    """Measures all, or one program in this process."""
    parser = argparse.ArgumentParser(description="Measure what recordings cost.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the steps")
    add_write_option(parser)
    parser.add_argument("--one", nargs=4, metavar=("WHAT", "PROGRAM", "SIZE", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        what, name, size, folder = options.one
        match what:
            case "program":
                print(json.dumps(measure(name, int(size), Path(folder))))
            case "compiled":
                print(json.dumps(measure_compiled(name, int(size))))
            case "long":
                print(json.dumps(measure_long_run(int(size), Path(folder))))
            case _:
                print(json.dumps(measure_line_tracer(name, int(size))))
        return
    share = 10 if options.quick else 1
    with tempfile.TemporaryDirectory() as folder:
        figures = {
            name: in_own_process("program", name, size // share, folder)
            | in_own_process("compiled", name, size // share, folder)
            for name, size in SIZES.items()
        }
        long_run = in_own_process("long", LONG_RUN, 10 * SIZES[LONG_RUN] // share, folder)
        copied = {
            name: in_own_process("lines", name, SIZES[name] // share // 4, folder) for name in ("loop", "strings")
        }
    length = f"{long_run['steps']:,.0f} steps of {LONG_RUN} to a file: {long_run['peak'] / 1e6:.0f} MB at most"
    speed = f"{long_run['steps'] / long_run['seconds'] / 1e6:.2f} M steps/s"
    lines = [
        f"{length}, {speed}, random step p99 {long_run['p99'] * 1e3:.1f} ms",
        *(
            f"sys.settrace with copies of variables, {name}: {found['bytes']:,.0f} bytes a line, "
            f"{found['speed'] / 1e6:.3f} M lines/s"
            for name, found in copied.items()
        ),
        *(shortfalls(figures, long_run) or ["Everything asked for is reached."]),
    ]
    show([table_of(figures), *lines], RESULTS if options.write else None, width=168)


if __name__ == "__main__":
    main()
