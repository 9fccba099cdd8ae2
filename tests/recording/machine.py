"""A machine of a few lines: frames that a test steps by hand, to see what the recorder makes of them."""

from collections.abc import Callable
from types import CodeType

from calcharo_vm.code import decode
from calcharo_vm.recording import Outcome, Recorder, Recording
from calcharo_vm.recording.frames import FrameRecord, ObservedFrame


class Null:
    def __repr__(self) -> str:
        return "NULL"


NULL = Null()


class Leave:
    def __init__(self, name: str) -> None:
        self.name = name


RETURNED, UNWOUND, YIELDED = Leave("RETURNED"), Leave("UNWOUND"), Leave("YIELDED")


class FakeFrame:
    """What the recorder reads of a frame."""

    def __init__(
        self, code: CodeType, fast: list[object], globals_: dict[str, object], back: ObservedFrame | None = None
    ) -> None:
        self.code = code
        self.fast = fast
        self.stack: list[object] = []
        self.ip = 0
        self.globals = globals_
        self.locals: dict[str, object] | None = None
        self.record: FrameRecord = None  # type: ignore[assignment] # until the frame is entered
        self.back = back


def function_frame(source: str, fast: list[object], back: FakeFrame | None = None) -> FakeFrame:
    """A frame of the function `f` that some source defines."""
    space: dict[str, object] = {}
    exec(source, space)
    return FakeFrame(space["f"].__code__, fast, {"__name__": "__main__"}, back)  # type: ignore[attr-defined]


def step(recorder: Recorder, frame: FakeFrame, opname: str, work: Callable[[list[object]], None] | None = None) -> None:
    """Executes an instruction of a frame, the first of its name: `work` does to the stack what it is to do."""
    names = {opname, f"{opname}_BORROW"}
    index = next(each.index for each in decode(frame.code).instructions if each.opname in names)

    def handler(_frame: ObservedFrame, stack: list[object], _operand: object) -> object:
        if work is not None:
            work(stack)
        return None

    frame.ip = index + 1
    recorder.observed(frame.code, index, handler)(frame, frame.stack, None)


def finish(recorder: Recorder) -> Recording:
    return Recording(recorder.finish(), Outcome("completed"))
