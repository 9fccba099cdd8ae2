"""The threads that programs start: each is traced for the program that has started it.

`threading` has one trace function for all threads of the process, and programs may run side by side.
"""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from calcharo_vm.tiers.native.tracing import LineTracer

_lock = threading.Lock()
_running: list[LineTracer] = []
_before: list[Any] = []
"""What `threading` had before the first of them."""


@contextmanager
def traced_threads(tracer: LineTracer) -> Iterator[None]:
    """Has threads that the tracer's program starts traced while the block runs."""
    with _lock:
        if not _running:
            _before[:] = [threading.gettrace()]
            threading.settrace(_trace_thread)
        _running.append(tracer)
    try:
        yield
    finally:
        with _lock:
            _running.remove(tracer)
            if not _running:
                threading.settrace(_before[0])


def _trace_thread(host: FrameType, event: str, argument: Any) -> Any:
    """Is told of the first call in a new thread, and passes it on to whose thread that is."""
    thread = threading.current_thread()
    owner = next((tracer for tracer in reversed(_running) if thread in tracer.threads), None)
    trace = owner.called if owner is not None else _before[0]
    sys.settrace(trace)
    return None if trace is None else trace(host, event, argument)
