"""What native code does after a function has returned that it called, in the words of that function's last step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.identity import Shade
from calcharo_vm.recording.quick_objects import make_new
from calcharo_vm.recording.values import HeapKind

if TYPE_CHECKING:
    from calcharo_vm.recording.shadow import Shadow
    from calcharo_vm.recording.tape import Tape

Complete = Callable[[object, int, Shade | None], Shade | None]
"""Completes a step with what a function has returned, by its word: that lies on the stack, in the place of an object.

It gives the shade of what lies there.
"""


def make_complete(shadow: Shadow, tape: Tape) -> Complete:
    """Makes what completes the step of a function that has returned to what stands for native code."""
    extend, put, scalars, hold, release = (
        tape.words.extend,
        tape.words.append,
        shadow.scalars,
        shadow.hold,
        shadow.release,
    )
    zeros, purge = shadow.zeros, shadow.purge

    def complete(result: object, word: int, gone: Shade | None) -> Shade | None:
        shade: Shade | None = None
        if id(type(result)) in scalars:
            extend((1, result))
        else:
            shade = hold(result)  # type: ignore[assignment] # it is no scalar
            extend((1, shade.token))  # type: ignore[union-attr] # as above
        release(gone)
        if zeros:
            purge()
        put(word)
        tape.room -= 1
        return shade

    return complete


CompleteInstance = Callable[[object, Shade, int], Shade]
"""The same for the instance that `__init__` has been called for; it gives its shade."""


def make_complete_instance(shadow: Shadow, tape: Tape) -> CompleteInstance:
    """Makes what completes the step of an `__init__` that has returned."""
    extend, put, hold, by_id = tape.words.extend, tape.words.append, shadow.hold, shadow.by_id
    zeros, purge = shadow.zeros, shadow.purge

    def complete_instance(value: object, shade: Shade, word: int) -> Shade:
        if by_id.get(id(value)) is shade:
            shade.count += 1  # it may have gone to zero just now, but is the same still
        else:
            shade = hold(value)  # type: ignore[assignment] # it is no scalar
        extend((1, shade.token))
        if zeros:
            purge()
        put(word)
        tape.room -= 1
        return shade

    return complete_instance


NewInstance = Callable[[object], Shade]
"""Gives the shade of a new instance without attributes, which one place holds; whoever calls this tells of it."""


def make_new_instance(shadow: Shadow) -> NewInstance:
    """Makes what records a new instance of a class of the program."""
    new, anatomy_of, by_dictionary = make_new(shadow), shadow.anatomy.of, shadow.by_dictionary

    def new_instance(value: object) -> Shade:
        anatomy = anatomy_of(type(value))
        shade = new(value, HeapKind.INSTANCE, anatomy.name, [])
        readers = anatomy.attributes
        if readers is not None and readers.dictionary is not None:
            shade.dictionary = id(readers.dictionary(value))
            shade.slots = tuple(name for name, _getter in readers.slots)
            by_dictionary[shade.dictionary] = shade
        return shade

    return new_instance
