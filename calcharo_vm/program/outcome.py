"""How a program ended, in the words of a recording."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

from calcharo_vm.errors import CalcharoError, PolicyViolation
from calcharo_vm.program.uncaught import guest_traceback, show
from calcharo_vm.recording import ExceptionSnapshot, Outcome, OutcomeStatus

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ending", "exit_status_of", "outcome_of", "outcome_of_stopped"]

_BYTE = 0xFF


def ending(run: Callable[[], object]) -> Outcome:
    """Run a program to its end, print what `python` would print of its end, and say how it ended.

    Raises:
        CalcharoError: The machine could not go on.
    """
    hooks = sys.excepthook, sys.displayhook
    try:
        return _ending(run, hooks[0])
    finally:
        sys.excepthook, sys.displayhook = hooks


def _ending(run: Callable[[], object], hook: object) -> Outcome:
    uncaught: BaseException | None = None
    try:
        run()
    except SystemExit as error:
        return _exited(error)
    except BaseException as error:
        if _is_ours(error):
            raise
        error.__traceback__ = guest_traceback(error)
        uncaught = error
    if uncaught is None:
        return Outcome(OutcomeStatus.COMPLETED, exit_code=0)
    outcome = outcome_of(uncaught)
    try:
        # The hook of this process is not the program's: only one that the program has set is called.
        show(uncaught, sys.__excepthook__ if sys.excepthook is hook else sys.excepthook)
    except SystemExit as error:
        return _exited(error)
    return outcome


def _is_ours(error: BaseException) -> bool:
    """Tell whether the machine could not go on; what a policy refuses is raised in the program, and is its own."""
    return isinstance(error, CalcharoError) and not isinstance(error, PolicyViolation)


def outcome_of(error: BaseException) -> Outcome:
    """Say that an exception ended the program, or that the machine could not go on because of it."""
    is_crash = _is_ours(error)
    status = OutcomeStatus.CRASHED if is_crash else OutcomeStatus.EXCEPTION
    text = "".join(traceback.format_exception(error))
    snapshot = ExceptionSnapshot(type(error).__qualname__, _message(error), text)
    return Outcome(status, exception=snapshot, exit_code=1)


def outcome_of_stopped(reason: str) -> Outcome:
    """Say that a run was stopped: by the limit of that name, or because somebody asked for it."""
    if reason == "cancelled":
        return Outcome(OutcomeStatus.CANCELLED)
    return Outcome(OutcomeStatus.LIMIT, limit=reason)


def exit_status_of(error: SystemExit) -> int:
    """Give what a shell would be told."""
    if error.code is None:
        return 0
    return error.code & _BYTE if isinstance(error.code, int) else 1


def _exited(error: SystemExit) -> Outcome:
    """Say that the program left, and print the message it left with, as `python` does."""
    if error.code is not None and not isinstance(error.code, int):
        sys.stderr.write(f"{error.code}\n")
    return Outcome(OutcomeStatus.EXITED, exit_code=exit_status_of(error))


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:
        return "<exception str() failed>"
