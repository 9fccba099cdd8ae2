"""What linked handlers are made of, and what they leave to the recorder."""

from collections.abc import Callable
from typing import Protocol

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.effects import Effects
from calcharo_vm.recording.frames import ObservedFrame
from calcharo_vm.recording.identity import Words
from calcharo_vm.recording.settling import Settle
from calcharo_vm.recording.tape import Tape

Handler = Callable[[ObservedFrame, Words, object], object]
"""Executes an instruction; returns the index it jumps to, None when it goes on, or whatever else it does."""


class Pending(Protocol):
    """What handlers leave to the recorder while something is pending."""

    def before(self, frame: ObservedFrame) -> None:
        """Completes the step before the one that begins."""
        ...

    def after(self, frame: ObservedFrame) -> None:
        """Takes note that the step of the instruction that has executed is to be completed by the next."""
        ...


class HandlerMaker:
    """Makes handlers of one recorder.

    The loops of the machine call them in place of the instruction's own. They are closures: what
    they need is in cells. All of them begin and end alike, written out because a call costs as much as
    the rest of them.
    """

    def __init__(self, tape: Tape, effects: Effects, settle: Settle, pending: Pending) -> None:
        self.tape = tape
        self.effects = effects
        self.shadow = effects.shadow
        self.settle = settle
        self.before = pending.before
        self.after = pending.after


def following(frame: ObservedFrame, target: object) -> int:
    """The index of the instruction that follows one which has executed."""
    return target if type(target) is int else frame.ip
