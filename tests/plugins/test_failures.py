"""Tests for plugins that fail: nobody else notices, it is logged once, and the run goes on or ends as configured."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from calcharo_vm.errors import PluginError
from calcharo_vm.plugins import LiveStep, hookimpl
from calcharo_vm.recording import OutcomeStatus
from tests.plugins.plugins import Everything, Noting, trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROGRAM = """
try:
    for n in range(3): print(n)
except BaseException as error:
    print("caught", error)
"""


class Failing(Noting):
    def __init__(self, hook: str, error: BaseException) -> None:
        super().__init__()
        self.error = error
        function = hookimpl(lambda: self._fail(hook))
        setattr(self, hook, function)

    def _fail(self, hook: str) -> None:
        self.notes.append((hook,))
        raise self.error


HOOKS = ("on_start", "on_step", "on_call", "on_return", "on_exception", "on_output", "on_finish")
STATUS_AFTER = dict.fromkeys(("on_return", "on_finish"), OutcomeStatus.COMPLETED)  # no instruction follows
SOURCE = PROGRAM + "try: 1/0\nexcept ZeroDivisionError: pass\n"


@pytest.fixture
def logged() -> Iterator[list[logging.LogRecord]]:
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign,assignment]
    logger = logging.getLogger("calcharo.plugins")
    logger.addHandler(handler)
    try:
        yield records
    finally:
        logger.removeHandler(handler)


@pytest.mark.parametrize("error", [RuntimeError("broken"), SystemExit(3), StopIteration()], ids=repr)
@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_raises_is_logged_once_and_not_called_again(
    hook: str, error: BaseException, logged: list[logging.LogRecord]
) -> None:
    failing, other = Failing(hook, error), Everything()
    recording = trace(SOURCE, failing, other)

    assert recording.outcome.status is OutcomeStatus.COMPLETED
    assert recording.stdout == "0\n1\n2\n"
    assert failing.notes == [(hook,)]
    assert other.notes[-1][0] == "finish"
    (record,) = logged
    assert (record.plugin, record.hook) == ("Failing", hook)  # type: ignore[attr-defined]
    assert type(error).__name__ in record.getMessage()


@pytest.mark.parametrize("hook", HOOKS)
def test_the_run_ends_if_that_is_asked_for(hook: str, logged: list[logging.LogRecord]) -> None:
    error = RuntimeError("broken")
    with pytest.raises(PluginError, match=r"the plugin 'Failing' failed in .*: RuntimeError: broken") as caught:
        trace(SOURCE, Failing(hook, error), plugin_failure="stop")

    raised = caught.value
    assert (raised.plugin, raised.hook, raised.__cause__) == ("Failing", hook, error)
    assert raised.recording is not None
    assert raised.recording.outcome.status is STATUS_AFTER.get(hook, OutcomeStatus.CANCELLED)
    assert "caught" not in raised.recording.stdout
    assert len(logged) == 1


class Interrupting(Noting):
    @hookimpl
    def on_step(self, step: LiveStep) -> None:
        if step.line_number == 3:
            raise KeyboardInterrupt


def test_an_interrupt_of_the_process_is_not_the_plugins() -> None:
    assert trace(PROGRAM, Interrupting()).stdout == "caught \n"


class Providing:
    def __init__(self, **found: object) -> None:
        for hook, value in found.items():
            setattr(self, hook, hookimpl(self._giving(value)))

    @staticmethod
    def _giving(value: object) -> Callable[[], object]:
        def give() -> object:
            if isinstance(value, Exception):
                raise value
            return value

        return give


@pytest.mark.parametrize("found", [RuntimeError("broken"), ["no mapping"]])
@pytest.mark.parametrize("hook", ["provide_adapters", "provide_effects"])
def test_a_plugin_that_cannot_provide_is_left_out(hook: str, found: object, logged: list[logging.LogRecord]) -> None:
    assert trace("x = 1", Providing(**{hook: found})).outcome.status is OutcomeStatus.COMPLETED
    assert [record.hook for record in logged] == [hook]  # type: ignore[attr-defined]
    with pytest.raises(PluginError) as caught:
        trace("x = 1", Providing(**{hook: found}), plugin_failure="stop")
    assert caught.value.hook == hook
