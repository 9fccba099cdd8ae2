"""A machine of a few lines: frames that a test steps by hand, to see what the recorder makes of them."""

from types import CodeType

from calcharo_vm.recording import Outcome, Recorder, Recording


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
        self, code: CodeType, fast: list[object], globals_: dict[str, object], back: "FakeFrame | None" = None
    ) -> None:
        self.code = code
        self.fast = fast
        self.stack: list[object] = []
        self.globals = globals_
        self.locals: dict[str, object] | None = None
        self.record: object = None
        self.back = back


def function_frame(source: str, fast: list[object], back: FakeFrame | None = None) -> FakeFrame:
    """A frame of the function `f` that some source defines."""
    space: dict[str, object] = {}
    exec(source, space)
    return FakeFrame(space["f"].__code__, fast, {"__name__": "__main__"}, back)  # type: ignore[attr-defined]


def finish(recorder: Recorder) -> Recording:
    return Recording(recorder.finish(), Outcome("completed"))
