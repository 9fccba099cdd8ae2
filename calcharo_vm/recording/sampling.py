"""How much memory the process has and how much CPU its thread has used, sampled now and then."""

import os
from time import thread_time  # not from the module later on, which may have another for the program
from typing import Final

import psutil

from calcharo_vm.host_builtins import __builtins__

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def sample() -> tuple[int, float]:
    """The resident bytes of this process, and the CPU seconds of this thread."""
    return _resident_bytes("/proc/self/statm"), thread_time()


def _resident_bytes(statm: str) -> int:
    """The resident bytes, read where psutil reads them on Linux: going there directly takes half as long."""
    try:
        file = os.open(statm, os.O_RDONLY)
    except OSError:
        found: int = psutil.Process().memory_info().rss
        return found
    try:
        return int(os.read(file, 100).split()[1]) * _PAGE
    finally:
        os.close(file)
