"""The loggers of Calcharo itself: `logging.getLogger("calcharo")` and one below it for each area.

The program that is executed shares the module `logging` with this process, and may configure it as it likes.
So these loggers share nothing with it: they pass nothing on to the root logger, have their own switch in the place of
`logging.disable`, and ask no clock, record factory or table of levels that a program could replace. While a program
runs, the registry does not have them (`calcharo_vm.program.logging_state`).
"""

from __future__ import annotations

import json
import logging
import os
import sys
from threading import current_thread, get_ident
from time import time_ns  # not from the module later on, which may have another for the program
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

__all__ = ["NAME", "CalcharoLogger", "JsonFormatter", "is_own_name", "logger_of", "private_handler"]

NAME: Final = "calcharo"

_getframe = sys._getframe  # the program sees another
_OWN_FILES: Final = frozenset({logging.getLogger.__code__.co_filename, __file__})
_LEVELS: Final = {10: "DEBUG", 20: "INFO", 30: "WARNING", 40: "ERROR", 50: "CRITICAL"}
_manager: Final = logging.Manager(logging.root)
_registry: Final = logging.Logger.manager  # this process's: a program has another
_known: Final[dict[str, CalcharoLogger]] = {}
_EMPTY_RECORD: Final = logging.makeLogRecord({})
_STARTED: Final = time_ns()


def logger_of(area: str = "") -> CalcharoLogger:
    """Give the logger of an area, such as "tracer" or "plugins"; that of all of them when it has no name.

    A logger of that name which somebody has got hold of already is the same one, made safe from the program.
    """
    known = _known.get(area)
    if known is not None:
        return known
    logger = _registry.getLogger(f"{NAME}.{area}" if area else NAME)
    if not isinstance(logger, CalcharoLogger):
        logger.__class__ = CalcharoLogger  # which has the same layout
        logger.manager = _manager
        if area:
            logger.parent = logger_of()
        else:
            logger.propagate, logger.parent = False, None
            logger.addHandler(logging.NullHandler())
    _known[area] = found = cast("CalcharoLogger", logger)
    return found


def is_own_name(name: str) -> bool:
    """Return whether a logger of this name is one of Calcharo's."""
    return name.partition(".")[0] == NAME


class CalcharoLogger(logging.Logger):
    """A logger that nothing a program does to the module `logging` can silence, or make speak."""

    # The methods as they are now: a program may put others into the class that this one derives from.
    debug, info, warning, error = (
        logging.Logger.debug,
        logging.Logger.info,
        logging.Logger.warning,
        logging.Logger.error,
    )
    exception, critical, log = logging.Logger.exception, logging.Logger.critical, logging.Logger.log
    _log, handle, callHandlers = logging.Logger._log, logging.Logger.handle, logging.Logger.callHandlers  # noqa: N815
    getEffectiveLevel = logging.Logger.getEffectiveLevel  # noqa: N815 - as logging names it

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the name that logging calls
        """Return whether a record of this level is wanted."""
        return not self.disabled and level >= (self.getEffectiveLevel() or logging.WARNING)

    def getChild(self, suffix: str) -> CalcharoLogger:  # noqa: N802 - as above
        """Give the logger below this one that has such a name."""
        return logger_of(f"{self.name}.{suffix}".partition(".")[2])

    def findCaller(  # noqa: N802 - as above
        self, stack_info: bool = False, stacklevel: int = 1
    ) -> tuple[str, int, str, str | None]:
        """Find the function that logs among this process's own frames, whatever frames the program sees."""
        del stack_info
        frame: FrameType | None = _getframe(1)
        while frame is not None:
            if frame.f_code.co_filename not in _OWN_FILES:
                stacklevel -= 1
                if stacklevel < 1:
                    return frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name, None
            frame = frame.f_back
        return "(unknown file)", 0, "(unknown function)", None

    def makeRecord(  # type: ignore[explicit-any] # noqa: N802 - as logging declares it
        self,
        name: str,
        level: int,
        fn: str,
        lno: int,
        msg: object,
        args: Any,
        exc_info: Any,
        func: str | None = None,
        extra: Mapping[str, object] | None = None,
        sinfo: str | None = None,
    ) -> logging.LogRecord:
        """Build a record without asking anything that a program may have replaced."""
        record = logging.LogRecord.__new__(logging.LogRecord)
        now, thread = time_ns(), current_thread()
        record.__dict__.update(vars(_EMPTY_RECORD))
        record.__dict__.update(
            name=name,
            msg=msg,
            args=args[0] if len(args) == 1 and isinstance(args[0], dict) and args[0] else args,
            levelno=level,
            levelname=_LEVELS.get(level, f"Level {level}"),
            pathname=fn,
            filename=os.path.basename(fn),  # noqa: PTH119 - a text, as logging has it
            module=os.path.splitext(os.path.basename(fn))[0],  # noqa: PTH119, PTH122 - as above
            lineno=lno,
            funcName=func,
            exc_info=exc_info,
            stack_info=sinfo,
            created=now / 1e9,
            msecs=float(now // 1_000_000 % 1000),
            relativeCreated=(now - _STARTED) / 1e6,
            thread=get_ident(),
            threadName=thread.name,
            process=os.getpid(),
            processName="MainProcess",
        )
        record.__dict__.update(extra or {})
        return record


_PLAIN: Final = frozenset(vars(_EMPTY_RECORD)) | {"message", "asctime"}


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON: time, level, logger, message, and the extras by their names."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        line: dict[str, object] = {
            "time": record.created,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in _PLAIN},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def private_handler(handler: logging.Handler) -> logging.Handler:
    """Take a handler out of the module's list, which a program could go through, and give it back."""
    state = vars(logging)  # its own books, which the stubs do not know
    for name in [name for name, each in state["_handlers"].items() if each is handler]:
        del state["_handlers"][name]
    state["_handlerList"][:] = [each for each in state["_handlerList"] if each() is not handler]
    return handler
