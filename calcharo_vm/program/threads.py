"""The end of a program's threads: they are waited for, as the interpreter does before it ends."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from threading import current_thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from threading import Thread


__all__ = ["waiting_for_threads"]


@contextmanager
def waiting_for_threads(threads: Iterable[Thread]) -> Iterator[None]:
    """Wait at the end of the block for the threads that the program started and did not wait for; more may come."""
    try:
        yield
    finally:
        while waiting := [thread for thread in threads if _is_waited_for(thread)]:
            _shut_executor(waiting[0])
            waiting[0].join()


def _is_waited_for(thread: Thread) -> bool:
    return thread.is_alive() and not thread.daemon and thread is not current_thread()


def _shut_executor(thread: Thread) -> None:
    """Let the executor whose thread it is do the work it has, and then end: `concurrent.futures` does so at exit."""
    executors = sys.modules.get("concurrent.futures.thread")
    if executors is None or thread not in executors._threads_queues:
        return
    reference, *_ = getattr(thread, "_args", (lambda: None,))  # none if it is just ending
    executor = reference()
    if executor is not None:  # or else it was collected, and its threads end already
        executor.shutdown(wait=False)
