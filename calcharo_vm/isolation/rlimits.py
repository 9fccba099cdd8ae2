"""Resource limits of the kernel: what a process may use up, whatever its code does."""

from __future__ import annotations

import math
import resource
from typing import TYPE_CHECKING, Final

from calcharo_vm.config import Isolation

if TYPE_CHECKING:
    from calcharo_vm.config import Limits

__all__ = ["FILE_BYTES", "OPEN_FILES", "restrict_process", "restrict_run"]

OPEN_FILES: Final = 256
FILE_BYTES: Final = 64 << 20
_THREADS: Final = 128
_STACK_BYTES: Final = 64 << 20
_BESIDES: Final = 128 << 20
"""Address space that is no memory: stacks of threads, areas that the allocator reserves."""


def restrict_process(isolation: Isolation) -> None:
    """Set what holds for every program of an isolation; limits that are lower already stay."""
    _lower(resource.RLIMIT_CORE, 0)
    if isolation is Isolation.ISOLATED:
        _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
        _lower(resource.RLIMIT_FSIZE, FILE_BYTES)
        _lower(resource.RLIMIT_STACK, _STACK_BYTES)
        _lower(resource.RLIMIT_NPROC, _THREADS)
        _lower(resource.RLIMIT_MSGQUEUE, 0)
        _lower(resource.RLIMIT_MEMLOCK, 0)


def restrict_run(limits: Limits, address_space: int) -> None:
    """Set what the limits of one run say; what this process has already is not counted.

    Args:
        limits: Those of the run.
        address_space: The bytes of address space that this process has.
    """
    if limits.memory_bytes is not None:
        _lower(resource.RLIMIT_AS, address_space + limits.memory_bytes + _BESIDES)
    if limits.cpu_seconds is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = math.ceil(used.ru_utime + used.ru_stime + limits.cpu_seconds) + 1
        _lower(resource.RLIMIT_CPU, soft, soft + 1)


def _lower(kind: int, soft: int, hard: int | None = None) -> None:
    """Set a limit, unless it is lower already."""
    known_soft, known_hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (_least(soft, known_soft), _least(soft if hard is None else hard, known_hard)))


def _least(wanted: int, known: int) -> int:
    return wanted if known == resource.RLIM_INFINITY else min(wanted, known)
