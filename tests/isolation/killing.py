"""Workers killed at random moments: what was recorded until then comes back, and is the beginning of the whole.

python -m tests.isolation.killing [KILLS]
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time

from calcharo_vm import ExecutionTracer, Recording, TracerConfig, execute_and_trace
from calcharo_vm.isolation.watch import Watch
from calcharo_vm.program.subject import Request

__all__ = ["PROGRAMS", "difference", "killed_after"]

PROGRAMS = {
    "busy": """
class Item:
    def __init__(self, n): self.n = n; self.next = None
items = []
def total(numbers):
    return sum(number.n for number in numbers)
for n in range(100_000_000):
    items.append(Item(n))
    if items[-2:-1]: items[-2].next = items[-1]
    if n % 50 == 0:
        text = 'a longer text, to be told in parts ' * (n % 17); print(text, total(items)); items = []
""",
    "slow": """
import time
found = []
for n in range(100_000_000):
    time.sleep(0.003)
    found.append({n: str(n)})
    print(n)
""",
    "compiled": """
a = b = 1
numbers = [1, 2, 3]
for n in range(100_000_000):
    a, b = b, (a + b) % 1000003
    numbers[n % 3] += a
""",
}
CONFIGS = {"compiled": TracerConfig(isolation="worker", optimization="compiled")}
WORKER = TracerConfig(isolation="worker")


def killed_after(name: str, seconds: float) -> Recording:
    """Trace a program that does not end, and kill its worker so many seconds after it has begun."""

    def started(watch: object) -> None:
        assert isinstance(watch, Watch)
        pidfd = os.dup(watch._worker._pidfds[0])
        threading.Timer(seconds, kill, (pidfd,)).start()

    def kill(pidfd: int) -> None:
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        os.close(pidfd)

    tracer = ExecutionTracer(CONFIGS.get(name, WORKER))
    return tracer._trace(Request(PROGRAMS[name]), started)


def difference(recording: Recording, whole: Recording) -> str:
    """Say where a recording is not the beginning of another; nothing, if it is."""
    if recording.outcome.status != "crashed":
        return f"the outcome is {recording.outcome}"
    if not whole.stdout.startswith(recording.stdout):
        return "the output is another"
    last = len(recording) - 1
    for index in {0, last // 2, last - 1, last} if last > 0 else set[int]():
        ours, theirs = recording[index], whole[index]
        for name in ("opname", "line_number", "offset", "variables_state", "value_stack", "stdout_snapshot"):
            if getattr(ours, name) != getattr(theirs, name):
                return f"{name} of step {index} of {last + 1} is {getattr(ours, name)!r}, not {getattr(theirs, name)!r}"
    recording.history("n")
    return ""


def main() -> int:
    """Kill many workers, and say what came of it."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    chance = random.Random(7)
    wholes: dict[str, Recording] = {}
    failures = 0
    steps: list[int] = []
    started = time.monotonic()
    for number in range(kills):
        name = list(PROGRAMS)[number % len(PROGRAMS)]
        recording = killed_after(name, chance.expovariate(8))
        whole = wholes.get(name)
        if whole is None or len(whole) <= len(recording):
            enough = TracerConfig().evolve(limits={"steps": 2 * len(recording) + 1000})
            enough = enough.evolve(optimization=CONFIGS.get(name, WORKER).optimization)
            whole = wholes[name] = execute_and_trace(PROGRAMS[name], enough)
        found = difference(recording, whole)
        steps.append(len(recording))
        if found:
            failures += 1
            print(f"kill {number} of {name!r}: {found}", flush=True)
    steps.sort()
    print(f"{kills} kills in {time.monotonic() - started:.0f} s: {failures} recordings are wrong")
    print(f"steps recorded: least {steps[0]}, median {steps[kills // 2]}, most {steps[-1]}; none in {steps.count(0)}")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
