"""Plugins for the tests, and how they are run."""

from __future__ import annotations

from calcharo_vm import Recording, TracerConfig, execute_and_trace
from calcharo_vm.plugins import LiveCall, LiveException, LiveReturn, LiveRun, LiveStep, hookimpl


class Noting:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.notes: list[tuple[object, ...]] = []

    def of(self, hook: str) -> list[tuple[object, ...]]:
        """Gives what was noted of a hook."""
        return [note[1:] for note in self.notes if note[0] == hook]


class Everything(Noting):
    @hookimpl
    def on_start(self, run: LiveRun) -> None:
        self.notes.append(("start", run.filename, run.argv, run.source, run.steps))

    @hookimpl
    def on_step(self, run: LiveRun, step: LiveStep) -> None:
        place = step.filename, step.function, step.line_number, step.offset, step.thread, step.depth
        self.notes.append(("step", step.index, step.opname, step.oparg, place, dict(step.locals)))
        assert run.steps == step.index

    @hookimpl
    def on_call(self, call: LiveCall) -> None:
        self.notes.append(("call", call.function, call.is_resumed, call.depth))

    @hookimpl
    def on_return(self, leaving: LiveReturn) -> None:
        self.notes.append(("return", leaving.function, str(leaving.kind), leaving.value, leaving.depth))

    @hookimpl
    def on_exception(self, exception: LiveException) -> None:
        self.notes.append(("exception", exception.function, type(exception.error).__name__))

    @hookimpl
    def on_output(self, text: str, is_error: bool) -> None:
        self.notes.append(("output", text, is_error))

    @hookimpl
    def on_limit(self, limit: str) -> None:
        self.notes.append(("limit", limit))

    @hookimpl
    def on_finish(self, recording: Recording) -> None:
        self.notes.append(("finish", str(recording.outcome.status), len(recording)))


class Controlling(Noting):
    """Does something at the first step on a line, and notes the lines and instructions of all steps."""

    def __init__(self, line: int, act: str, *arguments: int) -> None:
        super().__init__()
        self.line, self.act, self.arguments = line, act, arguments
        self.has_acted = False

    @hookimpl
    def on_step(self, run: LiveRun, step: LiveStep) -> None:
        self.notes.append(("step", step.index, step.line_number))
        if step.line_number == self.line and not self.has_acted:
            self.has_acted = True
            owner = run if hasattr(run, self.act) else step
            getattr(owner, self.act)(*self.arguments)


def trace(source: str, *plugins: object, **settings: object) -> Recording:
    return execute_and_trace(source, TracerConfig(plugins=plugins, **settings))  # type: ignore[arg-type]
