"""The recorder as an observer of the machine: neither knows the other, so this module knows both."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, cast

from calcharo_vm.limits import SIZES
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.machine.values import NULL
from calcharo_vm.recording import Outcome, Recorder, Recording, Statistics
from calcharo_vm.recording.storage.spilling import SpillingJournal
from calcharo_vm.recording.storage.writer import RecordingWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from calcharo_vm.config import Limits
    from calcharo_vm.limits.gauge import Gauge
    from calcharo_vm.machine.machine import Machine
    from calcharo_vm.machine.observer import Observer
    from calcharo_vm.plugins.telling import Teller
    from calcharo_vm.recording.audit import Auditor
    from calcharo_vm.recording.frames import ObservedFrame
    from calcharo_vm.recording.handlers import Handler
    from calcharo_vm.recording.journal import Journal
    from calcharo_vm.tiers.compiled import CompiledTier

__all__ = ["MachineRecorder", "as_observer", "spilling_journal"]


_SAMPLE_INTERVAL = 0.01
"""Seconds between two samples."""


class MachineRecorder(Recorder):
    """Records what a machine executes.

    Attributes:
        auditor: What compares the recording with the program's objects, or None.
    """

    auditor: Auditor | None = None
    _tier: CompiledTier | None = None
    _reason = ""
    _teller: Teller | None = None
    _watching = ""
    _gauge: Gauge | None = None

    def __init__(
        self,
        journal: Journal | None = None,
        *,
        is_sampled: bool = True,
        limits: Limits | None = None,
    ) -> None:
        """Make an empty recorder that knows the machine's NULL.

        Args:
            journal: What to write; None for a journal in memory.
            is_sampled: Whether memory and CPU are sampled.
            limits: What the program may use up.
        """
        self._is_finished = False
        super().__init__(
            NULL,
            sample_interval=_SAMPLE_INTERVAL if is_sampled else None,
            journal=journal,
            limits=limits,
        )
        if limits is not None and any(getattr(limits, name) is not None for name in SIZES):
            from calcharo_vm.limits.gauge import Gauge  # noqa: PLC0415 - few runs limit sizes

            self._gauge = Gauge(self, limits)

    def audit(self, *, every_instruction: bool = False) -> Auditor:
        """Have the recording audited from now on: at each line, or before every instruction."""
        from calcharo_vm.recording.audit import Auditor  # noqa: PLC0415 - few recordings are audited

        self.auditor = Auditor(self, every_instruction=every_instruction)
        return self.auditor

    def tell(self, teller: Teller) -> None:
        """Have plugins told of what happens from now on; what no plugin wants to be told of costs nothing."""
        if teller.tells("on_step"):
            self._teller = teller
        for hook, event, told in (
            ("on_call", "frame_entered", teller.entered),
            ("on_call", "frame_resumed", teller.resumed),
            ("on_return", "frame_left", teller.left),
            ("on_exception", "raised", teller.raised),
        ):
            if teller.tells(hook):
                setattr(self, event, _followed(getattr(self, event), told))
        self._watching = teller.looks_at_frames

    def compile_on(self, machine: Machine, *, keeps_code: bool) -> None:
        """Have the compiled tier execute what runs often on a machine, unless somebody looks at each step.

        With `keeps_code`, what is made of the program is kept for its next run.
        """
        if machine.policy is not None:
            self._reason = "a policy is looked at with each operation, which the interpreter tier executes"
        elif self.auditor is not None:
            self._reason = "an audit looks at each line, which the interpreter tier executes"
        elif self._watching:
            self._reason = f"plugins look at steps and frames, which the interpreter tier executes: {self._watching}"
        elif self._gauge is not None:
            self._reason = "limits on sizes are looked at with each operation, which the interpreter tier executes"
        if self._reason:
            return
        from calcharo_vm.tiers.compiled import CodeCache, CompiledTier, user_folder  # noqa: PLC0415 - see above

        machine.tier = self._tier = CompiledTier(self, CodeCache(user_folder() if keeps_code else ""))

    def observed(self, code: CodeType, index: int, handler: Handler) -> Handler:
        """Link a handler that records; an auditor looks when the step before is complete."""
        if self.auditor is not None and self.auditor.looks_before(code, index):
            handler = _audited(self.auditor, handler)
        if self._gauge is not None:
            handler = self._gauge.measured(self.plan_of(code), index, handler)
        if self._teller is not None:
            handler = _told(self._teller, handler)
        return super().observed(code, index, handler)

    def finish(self) -> Journal:
        """Complete the last steps and give the journal."""
        journal = super().finish()
        self._is_finished = True
        return journal

    def seal(self) -> None:
        """Close the chunk of words written so far; once the recording is finished, whatever follows is dropped."""
        if self._is_finished:
            self.log.clear()
        else:
            super().seal()

    def recording(self, outcome: Outcome, source: str) -> Recording:
        """Complete the recording of a program that ended so.

        Raises:
            RecordingError: The file it went to could not be written.
        """
        journal = self.finish()
        recording = Recording(journal.ended(outcome), outcome, source)
        recording.statistics = self.statistics()
        if self._tier is not None:
            self._tier.end()
        return recording

    def statistics(self) -> Statistics:
        """Say how the program was executed."""
        return Statistics(reason=self._reason) if self._tier is None else self._tier.statistics()

    def let_types_go(self) -> None:
        """Forget how instances are read: what is remembered of a class keeps the class alive."""
        self.shadow.anatomy.forget()


def spilling_journal(path: str, source: str) -> SpillingJournal:
    """Make the file that the recording of a program of this process goes to while the program runs.

    Raises:
        RecordingError: There can be no such file.
    """
    writer = RecordingWriter(path, NULL, python=platform.python_version(), source=source, isolation=("none",))
    return SpillingJournal(NULL, writer)


def _audited(auditor: Auditor, handler: Handler) -> Handler:
    look = auditor.look

    def audited(frame: ObservedFrame, stack: list[object], operand: object) -> object:
        look(frame)
        return handler(frame, stack, operand)

    return hidden(audited)


def _told(teller: Teller, handler: Handler) -> Handler:
    stepping = teller.stepping

    def told(frame: ObservedFrame, stack: list[object], operand: object) -> object:
        stepping(frame)  # type: ignore[arg-type] # it is the machine's
        return handler(frame, stack, operand)

    return hidden(told)


def _followed(event: Callable[..., None], told: Callable[..., None]) -> Callable[..., None]:  # type: ignore[explicit-any]
    """Give a function that journals an event and then tells of it."""

    def journal_and_tell(*arguments: object) -> None:
        event(*arguments)
        told(*arguments)

    return journal_and_tell


def as_observer(recorder: MachineRecorder) -> Observer:
    """Give the recorder as the machine wants it: it reads frames, and must be handed the machine's own."""
    return cast("Observer", recorder)
