"""Tests of programs that are traced side by side: in threads, and from an event loop."""

import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from calcharo_vm import ExecutionTracer, Recording, TracerConfig, execute_and_trace, tracer
from calcharo_vm.errors import CompilationError
from calcharo_vm.program.subject import Request, prepare
from tests.many_tracers.comparing import differences, from_event_loop, over_threads
from tests.many_tracers.programs import cases


def test_the_recursion_limit_of_the_process_does_not_grow() -> None:
    limit = sys.getrecursionlimit()
    inside, release = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        namespace: dict[str, object] = {"inside": inside, "release": release}
        run = pool.submit(execute_and_trace, "inside.set(); release.wait(60)", globals=namespace)
        inside.wait(60)
        during = sys.getrecursionlimit()
        seen = execute_and_trace("import sys; print(sys.getrecursionlimit())").stdout
        sys.setrecursionlimit(limit + 7)
        changed = sys.getrecursionlimit()
        release.set()
        run.result()

    assert (limit, f"{limit}\n", limit + 7) == (during, seen, changed)
    assert limit + 7 == sys.getrecursionlimit()
    sys.setrecursionlimit(limit)


class TestInAnEventLoop:
    def test_the_loop_goes_on_meanwhile(self) -> None:
        async def main() -> tuple[Recording, Recording]:
            tracer = ExecutionTracer()
            first = "import time\nwhile not done: time.sleep(0.001)\nprint('after', done)"
            done: list[int] = []
            waiting = asyncio.create_task(tracer.arun(first, globals={"done": done}))
            await asyncio.sleep(0)
            other = await tracer.arun("print('meanwhile')\ndone.append(1)", globals={"done": done})
            return await waiting, other

        waiting, other = asyncio.run(main())

        assert ("after [1]\n", "meanwhile\n") == (waiting.stdout, other.stdout)

    def test_arguments_and_errors_are_those_of_trace(self) -> None:
        recording = asyncio.run(ExecutionTracer().arun("import sys; print(input(), sys.argv)", argv=["a"], stdin="b"))

        assert "b ['a']\n" == recording.stdout
        with pytest.raises(CompilationError):
            asyncio.run(ExecutionTracer().arun("1 +"))

    @pytest.mark.parametrize("source", ["while True: pass", "while True:\n try: x = [1]\n except BaseException: pass"])
    def test_a_cancelled_task_stops_its_program(self, source: str) -> None:
        ticks: list[int] = []

        async def main() -> None:
            has_begun = asyncio.Event()
            begin = partial(asyncio.get_running_loop().call_soon_threadsafe, has_begun.set)
            namespace: dict[str, object] = {"ticks": ticks, "begin": begin}
            running = ExecutionTracer().arun(f"ticks.append(1)\nbegin()\n{source}", globals=namespace)
            task = asyncio.create_task(running)
            await has_begun.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(main())  # which waits for the thread

        assert [1] == ticks

    def test_a_task_that_is_cancelled_before_its_program_starts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        preparing, cancelled = threading.Event(), threading.Event()

        def prepare_slowly(request: Request) -> object:
            preparing.set()
            assert cancelled.wait(60)
            return prepare(request)

        async def main() -> None:
            task = asyncio.create_task(ExecutionTracer().arun("while True: pass"))
            assert await asyncio.to_thread(preparing.wait, 60)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            cancelled.set()

        monkeypatch.setattr(tracer, "prepare", prepare_slowly)

        asyncio.run(main())  # which waits for the thread

    def test_many_programs_at_once_are_recorded_as_alone(self, tmp_path: Path) -> None:
        assert {} == differences(cases(14, seed=2), from_event_loop, "compiled", tmp_path)


@pytest.mark.parametrize("tier", ["interpreter", "compiled"])
def test_many_tracers_in_many_threads_record_what_each_does_alone(tier: str, tmp_path: Path) -> None:
    assert {} == differences(cases(28, seed=sys.version_info.minor), over_threads(16), tier, tmp_path)


@pytest.mark.parametrize("tier", ["interpreter", "compiled"])
def test_another_thread_cancels_all_that_a_tracer_traces(tier: str) -> None:
    cancelled = ExecutionTracer(TracerConfig(optimization=tier))
    running = threading.Barrier(4)
    loop = (
        "running.wait(60)\ntry:\n    while True: x = [1]\nexcept BaseException: print('caught')\nfinally: print('no')"
    )
    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(cancelled.trace, loop, globals={"running": running}) for _ in range(3)]
        running.wait(60)
        cancelled.cancel()
        found = [run.result(60) for run in runs]

    assert [("cancelled", "")] * 3 == [(each.outcome.status, each.stdout) for each in found]
    assert all(len(each) > 0 for each in found)
    assert "done\n" == cancelled.trace("print('done')").stdout  # which it has not heard of


def test_recorders_do_not_wait_for_each_others_threads() -> None:
    inside = threading.Barrier(8)
    begin = "import threading\nfor _ in range(9):\n    t = threading.Thread(target=lambda: [n for n in range(9)])\n"
    source = f"inside.wait(60)\n{begin}    t.start()\n    t.join()\nprint('done')"
    with ThreadPoolExecutor(8) as pool:
        runs = [pool.submit(execute_and_trace, source, globals={"inside": inside}) for _ in range(8)]

        assert ["done\n"] * 8 == [run.result(60).stdout for run in runs]
