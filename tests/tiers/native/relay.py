"""Events of the native tier, dealt with on another thread while the program's waits.

Coverage sees nothing of what a trace function calls, since CPython traces nothing meanwhile. On another thread it does.
"""

import queue
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, ModuleType
from typing import Any

import pytest

from calcharo_vm.tiers.native import tracing

Trace = Callable[[FrameType, str, Any], Any]  # type: ignore[explicit-any]


class Relay(ModuleType):
    """Stands for the module `sys` in the tracer of one thread."""

    def __init__(self) -> None:
        super().__init__("sys")
        self._asked: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[tuple[object, BaseException | None]] = queue.SimpleQueue()
        self._worker = threading.Thread(target=self._work)
        self._worker.start()
        self._trace: Trace | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(sys, name)

    def settrace(self, trace: Trace | None) -> None:
        """Has the program's thread traced by a function that is called on the other thread."""
        self._trace = trace
        if threading.current_thread() is not self._worker:
            self.apply()

    def gettrace(self) -> Trace | None:
        """The function that was set."""
        return self._trace

    def apply(self) -> None:
        """Does on the program's thread what was asked for on the other one."""
        sys.settrace(None if self._trace is None else Relayed(self, self._trace))

    def ask(self, trace: Trace, *event: Any) -> object:  # type: ignore[explicit-any]
        """Calls a trace function on the other thread."""
        self._asked.put(lambda: trace(*event))
        answer, error = self._answers.get()
        if self._trace is None:
            self.apply()
        if error is not None:
            raise error
        return answer

    def end(self) -> None:
        """Ends the other thread."""
        self._asked.put(None)
        self._worker.join()

    def _work(self) -> None:
        while (call := self._asked.get()) is not None:
            try:
                self._answers.put((call(), None))
            except BaseException as error:
                self._answers.put((None, error))


class Relayed:
    """A trace function that another thread executes."""

    def __init__(self, relay: Relay, trace: Trace) -> None:
        self._relay = relay
        self._trace = trace

    @property
    def __self__(self) -> object:
        return getattr(self._trace, "__self__", None)

    def __call__(self, host: FrameType, event: str, argument: object) -> "Relayed | None":
        answer = self._relay.ask(self._trace, host, event, argument)
        return None if answer is None else Relayed(self._relay, answer)  # type: ignore[arg-type]


@contextmanager
def relayed() -> Iterator[None]:
    """Has the events of programs of one thread dealt with on another, while the block runs."""
    relay = Relay()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tracing, "sys", relay)
            yield
    finally:
        relay.end()
