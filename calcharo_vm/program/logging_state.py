"""What a program sees of the module `logging`: its own root logger and registry, as a process that just started has.

The module is one for the whole process. While programs run, what it keeps is theirs, and what the process had is put
back after the last. The process's loggers stay what they were for whoever holds them; those of the standard library,
through which the library logs what it does for a program, are the program's meanwhile.
"""

from __future__ import annotations

import logging
import sys
import warnings
import weakref
from contextlib import ExitStack, contextmanager
from threading import Lock, RLock
from typing import TYPE_CHECKING, Final

from calcharo_vm.logs import is_own_name

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["own_logging"]

_lock = Lock()
_running: list[None] = []
_changes = ExitStack()
_MODULE_STATE: Final = (
    *("root", "_lock", "_handlers", "_levelToName", "_nameToLevel", "_loggerClass", "_logRecordFactory"),
    *("lastResort", "raiseExceptions", "logThreads", "logMultiprocessing", "logProcesses", "_warnings_showwarning"),
)
_LOGGER_STATE: Final = ("handlers", "filters", "level", "disabled", "propagate", "parent", "manager")


@contextmanager
def own_logging() -> Iterator[None]:
    """Let a program configure `logging` for itself while the block runs; programs side by side share one state."""
    with _lock:
        if not _running:
            _give_new_state()
        _running.append(None)
    try:
        yield
    finally:
        with _lock:
            _running.pop()
            if not _running:
                _changes.close()


def _give_new_state() -> None:
    manager = logging.Logger.manager
    for name in _MODULE_STATE:
        if hasattr(logging, name):
            _changes.callback(setattr, logging, name, getattr(logging, name))
    _changes.callback(setattr, warnings, "showwarning", warnings.showwarning)  # which captureWarnings replaces
    _changes.callback(setattr, logging.Logger, "manager", manager)
    _changes.callback(setattr, logging.Logger, "root", logging.Logger.root)
    kept = [logger for logger in manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    for logger in (logging.root, *kept):
        vars(logger).setdefault("manager", manager)  # or else it would ask the program's whether it is disabled
    root = logging.RootLogger(logging.WARNING)
    logging.root = logging.Logger.root = root
    logging.Logger.manager = logging.Manager(root)
    vars(logging)["_handlers"] = weakref.WeakValueDictionary()
    vars(logging)["_lock"] = RLock()
    handlers: list[object] = vars(logging)["_handlerList"]  # the very list is what `logging.shutdown` takes by default
    _changes.callback(handlers.__setitem__, slice(None), handlers[:])
    handlers.clear()
    logging._levelToName = logging._levelToName.copy()
    logging._nameToLevel = logging._nameToLevel.copy()
    for logger in kept:
        if logger.name.partition(".")[0] in sys.stdlib_module_names and not is_own_name(logger.name):
            _lend(logger)


def _lend(logger: logging.Logger) -> None:
    """Make a logger of the standard library the program's, as if its module had just been imported."""
    state = {name: vars(logger)[name] for name in _LOGGER_STATE}
    _changes.callback(vars(logger).update, state)
    _changes.callback(logger._cache.clear)  # type: ignore[attr-defined]
    manager = logging.Logger.manager
    logger._cache.clear()  # type: ignore[attr-defined]
    vars(logger).update(handlers=[], filters=[], level=0, disabled=False, propagate=True, manager=manager)
    manager.loggerDict[logger.name] = logger
    manager._fixupParents(logger)  # type: ignore[attr-defined]
