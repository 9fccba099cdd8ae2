"""Tests for calcharo_vm/machine/signal_handlers.py while a recorder is at work: Ctrl-C ends a program, no recording."""

import io
import os
import signal
import threading
from collections.abc import Iterator

import pytest

from calcharo_vm import ConfigPresets, Recording, TracerConfig, execute_and_trace


@pytest.fixture(autouse=True)
def default_handler() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


FOR_EVER = """
import os, signal, threading
def fibonacci(n): return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)
def work():
    items = []
    for i in range(100): items.append([i, fibonacci(i % 9)])
    return sum(item[1] for item in items)
{before}
threading.Timer({seconds}, os.kill, (os.getpid(), signal.SIGINT)).start()
while True: work()
"""


def interrupted(tier: str, seconds: float, before: str = "") -> Recording:
    source = FOR_EVER.format(seconds=seconds, before=before)
    return execute_and_trace(source, TracerConfig(optimization=tier))


@pytest.mark.parametrize("tier", ["interpreter", "compiled"])
@pytest.mark.parametrize("before", ["", "signal.signal(signal.SIGINT, signal.default_int_handler)"])
def test_an_interrupt_at_any_moment_leaves_a_recording(tier: str, before: str) -> None:
    for number in range(4):
        recording = interrupted(tier, 0.02 + number / 97, before)

        assert recording.outcome.exception is not None
        assert "KeyboardInterrupt" == recording.outcome.exception.type_name
        assert recording.stderr.endswith("KeyboardInterrupt\n")
        assert any(step.function.startswith(("fibonacci", "work")) for step in recording[-40:])
        recording.to_json(io.StringIO())
        assert signal.default_int_handler is signal.getsignal(signal.SIGINT)


SEEN = """
import asyncio, os, signal
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
async def main():
    asyncio.get_running_loop().call_later(0.01, os.kill, os.getpid(), signal.SIGINT)
    try: await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("cancelled")
        raise
try: asyncio.run(main())
except KeyboardInterrupt: print("interrupted")
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
print(signal.signal(signal.SIGINT, signal.SIG_IGN) is signal.default_int_handler)
print(signal.signal(signal.SIGINT, signal.default_int_handler))
"""


def test_the_program_and_the_library_see_the_default_handler(capsys: pytest.CaptureFixture[str]) -> None:
    exec(SEEN, {"__name__": "__main__"})
    recording = execute_and_trace(SEEN)

    assert capsys.readouterr().out == recording.stdout
    assert "True\ncancelled\ninterrupted\nTrue\nTrue\n1\n" == recording.stdout.replace("Handlers.SIG_IGN", "1")
    assert signal.default_int_handler is signal.getsignal(signal.SIGINT)


def test_a_call_that_waits_is_interrupted_at_once() -> None:
    source = f"import os, threading, time\nthreading.Timer(0.05, os.kill, ({os.getpid()}, 2)).start()\ntime.sleep(60)"
    recording = execute_and_trace(source)

    assert recording.outcome.exception is not None
    assert "line 3, in <module>" in recording.outcome.exception.traceback
    assert "CALL" == recording[-1].opname


def test_the_handler_of_the_host_is_left_alone() -> None:
    calls: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _frame: calls.append(number))
    recording = execute_and_trace("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nprint('on')")

    assert [signal.SIGINT] == calls
    assert "on\n" == recording.stdout


def test_other_threads_leave_the_handler_alone() -> None:
    found: list[object] = []

    def trace() -> None:
        execute_and_trace("import threading\nthreading.get_ident()", ConfigPresets.minimal())
        found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=trace)
    thread.start()
    thread.join()

    assert [signal.default_int_handler] == found
