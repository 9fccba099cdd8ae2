"""Made functions: how they come to be from their source, and what there is to tell where one stops."""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.guest_code import GuestCode
from calcharo_vm.machine.hiding import marked
from calcharo_vm.machine.signals import LEFT
from calcharo_vm.machine.values import NULL
from calcharo_vm.recording.identity import NO_ENTRIES, Shade, is_plain, stands_for
from calcharo_vm.recording.quick_objects import make_hold_tuple, make_new, make_new_table, make_new_tuple
from calcharo_vm.tiers.compiled.asking import Asking, are_held
from calcharo_vm.tiers.compiled.completions import make_complete, make_complete_instance, make_new_instance
from calcharo_vm.tiers.compiled.endings import Endings
from calcharo_vm.tiers.compiled.profile import NAMED_TYPES
from calcharo_vm.tiers.compiled.values import SCALAR_IDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    from calcharo_vm.machine.frame import Frame
    from calcharo_vm.recording import Recorder
    from calcharo_vm.tiers.compiled.code_cache import CodeCache
    from calcharo_vm.tiers.compiled.code_maker import MadeCode
    from calcharo_vm.tiers.compiled.linked import Linked
    from calcharo_vm.tiers.compiled.written import Point

PATIENCE = 50
"""How often a guard may fail before the code is made anew."""
FAILURES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What an operation may raise that has done nothing: the handler raises it again, as the program sees it."""
_SMALL = 256
"""Numbers up to here are one object each."""


class Left(Exception):
    """Stops a function that does without a frame: handlers go on."""


NAMES: Mapping[str, object] = {
    "SCALAR_IDS": SCALAR_IDS,
    "NULL": NULL,
    "Shade": Shade,
    "stands_for": stands_for,
    "NO_ENTRIES": NO_ENTRIES,
    **NAMED_TYPES,
}
GLOBALS: Mapping[str, object] = {"__builtins__": __builtins__, "__package__": __package__}


class Stops:
    """What has been done, and is to be told, at each point where a function may stop.

    Attributes:
        namespace: The names that what is to be told has besides the function's variables.
    """

    def __init__(self, made: MadeCode, recorder: Recorder) -> None:
        self._made, self._tape = made, recorder.tape
        self.namespace = {**GLOBALS, **NAMES, **made.constants}
        self._words: dict[int, CodeType] = {}

    def tell(self, frame: Frame, number: int, values: Mapping[str, object]) -> Point:
        """Tells what has been done by a point, and puts on the frame's stack what lies there then.

        Args:
            frame: The frame that goes on.
            number: The number of the point.
            values: The local variables of the function.
        """
        point = self._made.points[number]
        code = self._words.get(number)
        if code is None:
            parts = [*(value.code for value in point.stack), *(value.shade or "None" for value in point.stack)]
            told = f"({''.join(word + ', ' for word in point.words)}), ({''.join(part + ', ' for part in parts)})"
            code = self._words[number] = compile(told, "<told>", "eval")
        words, found = eval(code, self.namespace, values)
        self._tape.words.extend(words)
        self._tape.room -= point.steps
        half = len(point.stack)
        for at, (value, shade) in enumerate(zip(found[:half], found[half:], strict=True)):
            frame.stack.append(value)
            if shade is not None:
                shade.count += not point.stack[at].is_owned
                frame.record.put(point.depth + at, shade)
        return point


def variables(frame: FrameType) -> dict[str, Any]:
    """The local variables of a function that has stopped; its frame does not keep them."""
    found = frame.f_locals
    values: dict[str, Any] = dict(found)
    if type(found) is dict:  # until 3.12, the frame has this one, in which there may be the error that has the frame
        found.clear()
    return values


def environment_of(recorder: Recorder) -> dict[str, object]:
    """What made functions find under the names that all of them know."""
    tape, shadow = recorder.tape, recorder.shadow
    endings, asking = Endings(shadow), Asking(shadow)
    return {
        "tape": tape,
        "extend": tape.words.extend,
        "put": tape.words.append,
        "pending": tape.pending,
        "shadow": shadow,
        "by_id": shadow.by_id,
        "by_dictionary": shadow.by_dictionary,
        "note_written": shadow.note_written,
        "new": make_new(shadow),
        "new_table": make_new_table(shadow),
        "new_tuple": make_new_tuple(shadow),
        "new_instance": make_new_instance(shadow),
        "complete": make_complete(shadow, tape),
        "complete_instance": make_complete_instance(shadow, tape),
        "hold": shadow.hold,
        "hold_tuple": make_hold_tuple(shadow),
        "see_iterator": shadow.see_iterator,
        "release": shadow.release,
        "release_all": shadow.release_all,
        "zeros": shadow.zeros,
        "purge": shadow.purge,
        "is_plain": is_plain,
        "goes_unseen": endings.goes_unseen,
        "go_unseen": endings.go_unseen,
        "function_goes_unseen": endings.function_goes_unseen,
        "iterator_goes_unseen": endings.iterator_goes_unseen,
        "variables_go_unseen": endings.variables_go_unseen,
        "is_true": asking.is_true,
        "is_instance": asking.is_instance,
        "are_recorded": asking.are_recorded,
        "are_held": are_held,
        "recorder": recorder,
        "entries": recorder.entries,
        "turns": recorder.turns,
        "ends": recorder.ends,
        "can_end": recorder.calls.can_end,
        "returned_to_native": recorder.calls.returned_to_native,
        "end": recorder.calls.end,
        "FunctionType": FunctionType,
        "GuestCode": GuestCode,
        "LEFT": LEFT,
        "Left": Left,
        **NAMES,
    }


def make_function(
    made: MadeCode,
    environment: Mapping[str, object],
    linked: Linked,
    recorder: Recorder,
    cache: CodeCache,
    **names: object,
) -> FunctionType:
    """Makes the function, which finds `names` among its globals."""
    code = linked.decoded.code
    namespace: dict[str, object] = {**GLOBALS, **names}
    exec(cache.compiled(made.source, f"<compiled {code.co_qualname}>"), namespace)
    make = namespace.pop("make")
    assert isinstance(make, FunctionType)
    function: FunctionType = make(**environment, **made.constants)
    function.__code__ = _with_words(marked(function.__code__), linked, recorder)
    return function


def _with_words(code: CodeType, linked: Linked, recorder: Recorder) -> CodeType:
    """The same code with the very objects that end steps, which tell a step that is being executed from others."""
    words = {row[0]: row[0] for row in recorder.plan_of(linked.decoded.code).rows}
    return code.replace(co_consts=_own(code.co_consts, words))


def _own(constants: tuple[object, ...], words: dict[int, int]) -> tuple[object, ...]:
    return tuple(
        _own(constant, words)
        if type(constant) is tuple
        else words.get(constant, constant)
        if type(constant) is int and constant > _SMALL
        else constant
        for constant in constants
    )
