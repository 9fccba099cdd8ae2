"""Runs programs on Calcharo's machine and records their paths, or counts guest code which ran natively.

A server (see forking.py). A *leak* is a native frame whose code belongs to a guest file and which is not a trampoline:
guest code that CPython ran instead of the machine. `kind` is "path" or "leaks".
"""

import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType

from calcharo_vm.code.decoded import decode
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.machine import Machine
from calcharo_vm.machine.observer import Observer
from calcharo_vm.machine.scope import Scope
from calcharo_vm.machine.trampolines import is_trampoline
from tests.conformance.forking import Request, main_module, read_code, serve
from tests.conformance.native_oracle import PathRecorder, run_to_end
from tests.conformance.program import is_guest_file

_LEAK_TOOL = 3


class PathObserver:
    """Records the instructions which the machine executes in guest files."""

    def __init__(self) -> None:
        self._recorder = PathRecorder()

    def instruction(self, frame: Frame, index: int) -> None:
        """Notes one instruction."""
        code: CodeType = frame.code
        if is_guest_file(code.co_filename):
            self._recorder.steps().append((code, decode(code).instructions[index].offset))

    def path(self) -> object:
        """Gives what was recorded so far, as stored."""
        return self._recorder.path()

    def frame_entered(self, frame: object) -> None:
        """Ignores a new frame."""

    def raised(self, frame: object, error: BaseException) -> None:
        """Ignores an exception."""

    def handled(self, frame: object, depth: int, error: BaseException) -> None:
        """Ignores an exception handler."""

    def jumped(self, frame: object, bound: object) -> None:
        """Ignores a jump of a trace function."""

    def frame_left(self, frame: object, leave: object) -> None:
        """Ignores the end of a frame."""

    def frame_resumed(self, frame: object) -> None:
        """Ignores a resumption."""


class LeakCounter:
    """Counts guest code objects which start on CPython itself."""

    def __init__(self) -> None:
        self.leaks: Counter[str] = Counter()

    def started(self, code: CodeType, *_: object) -> object:
        """Looks at one native frame's code."""
        if is_guest_file(code.co_filename) and not is_trampoline(code):
            self.leaks[f"{code.co_qualname} line {code.co_firstlineno}"] += 1
        return None

    def watch(self, run: Callable[[], int]) -> int:
        """Runs with a hook on every native frame."""
        if sys.version_info >= (3, 12):
            return self._watch_by_monitoring(run)
        threading.setprofile(self._profile)
        sys.setprofile(self._profile)
        try:
            return run()
        finally:
            sys.setprofile(None)

    def _watch_by_monitoring(self, run: Callable[[], int]) -> int:
        monitoring = vars(sys)["monitoring"]
        monitoring.use_tool_id(_LEAK_TOOL, "leak counter")
        monitoring.register_callback(_LEAK_TOOL, monitoring.events.PY_START, self.started)
        monitoring.set_events(_LEAK_TOOL, monitoring.events.PY_START)
        try:
            return run()
        finally:
            monitoring.set_events(_LEAK_TOOL, 0)

    def _profile(self, frame: FrameType, event: str, _: object) -> None:
        # A "call" event is also sent when a generator is resumed; only its start counts.
        if event == "call":
            self.started(frame.f_code)


def run_on_machine(request: Request, observer: Observer | None) -> int:
    """Runs a program as the machine's main program, to its exit code."""
    code = read_code(request["program"])
    module = main_module(request)
    machine = Machine(observer=observer, scope=Scope(str(Path(request["program"]).parent)))
    with machine.activate():
        return run_to_end(lambda: machine.run_code(code, module.__dict__))


def perform(request: Request) -> dict[str, object]:
    """Records the path of one program, or counts its leaks."""
    if request["kind"] == "leaks":
        counter = LeakCounter()
        exit_code = counter.watch(lambda: run_on_machine(request, None))
        return {"leaks": dict(counter.leaks), "exit_code": exit_code}
    observer = PathObserver()
    exit_code = run_on_machine(request, observer)
    return {"path": observer.path(), "exit_code": exit_code}


if __name__ == "__main__":
    serve(perform)
