"""`calcharo -v`, `-vv` and `--log-json`: what Calcharo itself has to say, on standard error."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, TextIO

from calcharo_vm.logs import JsonFormatter, logger_of, private_handler

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["log_to_stderr", "run_and_say"]

_FORMAT = "calcharo: %(levelname)s: %(name)s: %(message)s"


def log_to_stderr(verbosity: int, *, as_json: bool = False) -> None:
    """Show warnings, for 1 what is done as well, for 2 all details.

    They go to the process's own standard error by a descriptor of their own: whatever a program makes of
    `sys.stderr` is its own affair.
    """
    stream: TextIO = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace", buffering=1)
    handler = private_handler(logging.StreamHandler(stream))
    handler.setFormatter(JsonFormatter() if as_json else logging.Formatter(_FORMAT))
    logger = logger_of()
    logger.addHandler(handler)
    logger.setLevel({0: logging.WARNING, 1: logging.INFO}.get(verbosity, logging.DEBUG))


def run_and_say(run: Callable[[], int], words: Sequence[str]) -> int:
    """Run a program, and say when it begins and how it left; threads and exit functions come later."""
    log = logger_of("run")
    log.debug("run begins: %s", " ".join(words), extra={"words": list(words)})
    left: object = "an exception"
    try:
        left = status = run()
    except SystemExit as error:
        left = error.code
        raise
    finally:
        log.info("run of %s ended: %s", " ".join(words), left, extra={"exit_status": left})
    return status
