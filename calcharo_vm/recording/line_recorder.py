"""Writes the journal while CPython itself executes: the observer of lines, calls and exceptions.

A step is a line, from when a frame comes to it until its thread comes to the next. What the line has done is found by
comparing all that the thread's frames lead to with what is recorded: nobody tells of single changes.
"""

from collections.abc import Sequence
from types import CellType
from typing import Protocol, cast

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import ops
from calcharo_vm.recording.anatomy import guest_namespaces
from calcharo_vm.recording.frames import Leave, ObservedFrame
from calcharo_vm.recording.identity import Shade, Words, stands_for, token
from calcharo_vm.recording.messages import message_of
from calcharo_vm.recording.plan import make_line_plan
from calcharo_vm.recording.recorder import Recorder


class LineFrame(ObservedFrame, Protocol):
    """A frame that CPython executes.

    Attributes:
        words: What is recorded of its slots.
        shares_variables: Whether functions inside of it, or around it, have variables of it.
        caught: Class and message of what its handlers took over last, None if there was nothing.
        is_raising: Whether an exception that none of its handlers takes over has been told.
        watched: The next frame below that may change while this one runs.
    """

    words: Words
    shares_variables: bool
    caught: tuple[str, str] | None
    is_raising: bool
    watched: "LineFrame | None"


class LineRecorder(Recorder):
    """Journals what each line changes, by looking at frames whenever CPython tells of them.

    Any number of threads may tell of events; all take the lock from the beginning.
    """

    make_plan = staticmethod(make_line_plan)

    def start(self) -> None:
        """Prepares for the first event."""
        self._is_shared = True
        self._to_be_filled: list[object] = []
        self.journal.frames = None

    def _share(self) -> None:
        """Does nothing: there is no thread that works without the lock."""

    def line_begins(self, frame: LineFrame) -> None:
        """Journals what the thread's step has changed until now, and begins another.

        Raises:
            SystemExit: The run is to end (`errors.stop`).
        """
        with self.lock:
            record = self._record(frame)
            self._look_at_all(frame)
            self._to_be_filled.clear()  # a class may not have been made, and what its body held is to go
            record.row, frame.is_raising = None, False
            self._arrive(frame)
            if self._used_up is not None:
                self._stop()
            self._begin_shared(frame)

    def frame_entered(self, frame: ObservedFrame) -> None:
        """Journals a new frame, on top of the calling one, and its arguments: the end of the calling line's step."""
        entered, back = cast("LineFrame", frame), cast("LineFrame | None", frame.back)
        with self.lock:
            if back is not None:
                self._record(back)
                self._look_at_all(back)
            self._watch_below(entered)
            values = entered.fast
            self.enter_from(frame, self._sync_caller(back), None)
            entered.words = [entered.record.slots.get(slot, value) for slot, value in enumerate(values)]

    def frame_resumed(self, frame: ObservedFrame) -> None:
        """Journals that a suspended frame goes on: what it does before its next line is part of the step so far."""
        record = frame.record
        with self.lock:
            record.thread = thread = self._sync_caller(frame.back)
            self._watch_below(cast("LineFrame", frame))
            thread.frames.append(record)
            self.log += (ops.RESUME, record.number)
            if not thread.word:  # whoever resumes it is not recorded
                thread.word = record.row[0]  # type: ignore[index] # it was at a line when it was suspended

    def frame_left(self, frame: ObservedFrame, leave: Leave) -> None:
        """Journals that a frame returned, was unwound or suspended itself, and what it had in the end."""
        left = cast("LineFrame", frame)
        with self.lock:
            self._record(frame)
            if frame.back is None:  # nothing of the thread need follow
                self._look_at_all(left)
            else:
                values = left.fast
                self._look_at_slots(left, values)
                self.shadow.refresh((*values, left.locals))
                if type(left.locals) is dict and type(cell := left.locals.get("__classdictcell__")) is CellType:
                    self._to_be_filled.append(cell)  # anew, by the class that is made before the next line
            if leave.name == "UNWOUND" and not left.is_raising and left.caught is not None:
                self.log += (ops.RAISED_AGAIN, *left.caught)
            self._leave(frame, leave.name)

    def raised(self, frame: ObservedFrame, error: BaseException, *, is_handled: bool = False) -> None:
        """Journals that the line a frame is at raised, or that an exception reached it.

        With `is_handled`, a handler of the frame takes over.
        """
        told = cast("LineFrame", frame)
        with self.lock:
            super().raised(frame, error)
            told.is_raising = not is_handled
            if is_handled:
                told.caught = message_of(error)
                self.shadow.release(frame.record.thread.caught)
                self.handled(frame, 0, error)

    def _look_at_all(self, innermost: LineFrame) -> None:
        """Journals whatever has changed in the frames of the thread, and in all that they lead to."""
        roots = list(filter(self.shadow.held, guest_namespaces(self.shadow.anatomy.guest_modules)))
        one: LineFrame | None = innermost
        while one is not None:
            values = one.fast
            self._look_at_slots(one, values)
            roots += (*values, one.globals, one.locals)
            one = one.watched
        self.shadow.refresh((*roots, *self._to_be_filled))

    @staticmethod
    def _watch_below(frame: LineFrame) -> None:
        """Finds out which frames below one have to be looked at while it runs.

        It is not those of functions that hold no objects, and whose variables no other function has.
        """
        back = cast("LineFrame | None", frame.back)
        if back is not None and not (
            back.shares_variables or back.record.slots or back.locals is not None or back.globals is not frame.globals
        ):
            back = back.watched
        frame.watched = back

    def _look_at_slots(self, frame: LineFrame, values: Sequence[object]) -> None:
        """Journals the slots of a frame that hold something else than is recorded."""
        record, words = frame.record, frame.words
        for slot, value in enumerate(values):
            if stands_for(words[slot], value):
                continue
            words[slot] = word = self.shadow.hold(value)
            self.log += (ops.SLOT, record.number, slot, token(word))
            gone = record.slots.pop(slot, None)
            if type(word) is Shade:
                record.slots[slot] = word
            self.shadow.release(gone)
