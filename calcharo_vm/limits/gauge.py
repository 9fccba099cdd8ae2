"""Looks at sizes where instructions make values: before the operation where it can be told, and at what it made."""

from __future__ import annotations

from types import BuiltinFunctionType, MethodType, MethodWrapperType
from typing import TYPE_CHECKING, Any, Final

from calcharo_vm.limits import SIZES
from calcharo_vm.limits.estimates import BINARY, CALLS, CONSUMERS, ITEMS, MEASURES, TEXT, cut
from calcharo_vm.limits.widths import specified_width
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.machine.operators import BINARY_OPERATORS

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.config import Limits
    from calcharo_vm.limits.estimates import Size
    from calcharo_vm.recording import Recorder
    from calcharo_vm.recording.handlers import Handler
    from calcharo_vm.recording.plan import Plan

__all__ = ["Gauge"]

_SIGNS: Final = {"add": "+", "mul": "*", "pow": "**", "lshift": "<<", "mod": "%"}
_EXTEND: Final = CALLS[id(vars(list)["extend"])]
_OPERATORS: Final = 13
"""How many operators there are; those that work in place follow."""
_CALLS: Final = frozenset({"CALL", "CALL_KW", "CALL_FUNCTION_EX"})
_MAKING: Final = frozenset(
    {
        *("BINARY_OP", "BINARY_SUBSCR", "BUILD_CONST_KEY_MAP", "BUILD_LIST", "BUILD_MAP", "BUILD_SET", "BUILD_STRING"),
        *("BUILD_TUPLE", "CALL_INTRINSIC_1", "FORMAT_SIMPLE", "FORMAT_VALUE", "FORMAT_WITH_SPEC", "FOR_ITER"),
        *("LOAD_ATTR", "UNARY_INVERT", "UNARY_NEGATIVE"),
    }
)
"""Opcodes that push what they have made."""
_GROWING: Final = frozenset(
    {"LIST_APPEND", "LIST_EXTEND", "SET_ADD", "SET_UPDATE", "DICT_UPDATE", "DICT_MERGE", "MAP_ADD"}
)
"""Opcodes that add to a container which lies as deep on the stack as their argument says."""
_STORING: Final = {"STORE_SUBSCR": 2, "STORE_SLICE": 3}
"""Opcodes that store into a container, and where it lies on the stack."""


class Gauge:
    """Ends the run of one recorder when a value is larger than the limits say."""

    def __init__(self, recorder: Recorder, limits: Limits) -> None:
        self._most: dict[str, int] = {name: most for name in SIZES if (most := getattr(limits, name)) is not None}
        self._recorder = recorder
        self._measures = {
            kind: (self._most[name], measure, name) for kind, (name, measure) in MEASURES.items() if name in self._most
        }

    def measured(self, plan: Plan, index: int, handler: Handler) -> Handler:
        """Give the handler of an instruction with what looks at sizes around it; as it is, if it makes nothing."""
        opname, pops = plan.opnames[index], plan.rows[index][1]
        before = self._before(plan, index)
        if opname in _GROWING:
            return self._looking_into(handler, plan.opargs[index], before)
        if opname in _STORING:
            return self._storing(handler, _STORING[opname])
        if opname in _CALLS:
            return self._calling(handler, plan.depths[index] - pops, opname)
        return self._making(handler, before) if opname in _MAKING else handler

    def _before(self, plan: Plan, index: int) -> Callable[[list[Any]], Size | None] | None:
        """What works out from the stack how large an instruction's result will be."""
        opname, oparg = plan.opnames[index], plan.opargs[index]
        if opname == "BINARY_OP":
            name = BINARY_OPERATORS[oparg % _OPERATORS].__name__ if oparg < 2 * _OPERATORS else ""
            estimate = BINARY.get(_SIGNS.get(name, ""))
            if name == "add" and oparg >= _OPERATORS:
                return self._extension
            return None if estimate is None else lambda stack: estimate(stack[-2], stack[-1])
        if opname == "FORMAT_WITH_SPEC" or (opname == "FORMAT_VALUE" and oparg & 4):
            return lambda stack: (TEXT, specified_width(stack[-2], stack[-1]))
        if opname == "BUILD_STRING":
            return lambda stack: (TEXT, sum(map(len, stack[-oparg:])))
        if opname == "LIST_EXTEND":
            return lambda stack: _EXTEND((stack[-1 - oparg], stack[-1]))
        return None

    def _extension(self, stack: list[Any]) -> Size | None:
        """What `left += right` needs, where a list takes the items of anything."""
        if type(stack[-2]) is not list:
            return BINARY["+"](stack[-2], stack[-1])
        most = self._most.get(ITEMS)
        if most is not None:
            stack[-1] = cut(stack[-1], most)
        return _EXTEND(stack[-2:])

    def _check(self, frame: Any, size: Size | None) -> None:
        """End the run if there is not so much of what is needed.

        Raises:
            SystemExit: There is not (`errors.stop`).
        """
        if size is not None:
            most = self._most.get(size[0])
            if most is not None and size[1] > most:
                self._recorder.stop_before(frame, size[0])

    def _look(self, frame: Any, value: object) -> None:
        """End the run if a value is too large that has been made.

        Raises:
            SystemExit: It is (`errors.stop`).
        """
        found = self._measures.get(type(value))
        if found is not None and found[1](value) > found[0]:
            self._recorder.stop_before(frame, found[2])

    def _making(self, handler: Handler, before: Callable[[list[Any]], Size | None] | None) -> Handler:
        check, look, measures, most_of = self._check, self._look, self._measures, self._most.get

        def making(frame: Any, stack: list[Any], operand: object) -> object:
            if before is not None:
                size = before(stack)
                if size is not None and size[1] > most_of(size[0], size[1]):
                    check(frame, size)
            target = handler(frame, stack, operand)
            if target is None and type(stack[-1]) in measures:
                look(frame, stack[-1])
            return target

        return hidden(making)

    def _looking_into(self, handler: Handler, depth: int, before: Callable[[list[Any]], Size | None] | None) -> Handler:
        check, look, most = self._check, self._look, self._most.get(ITEMS)

        def growing(frame: Any, stack: list[Any], operand: object) -> object:
            if before is not None:
                check(frame, before(stack))
                if most is not None:
                    stack[-1] = cut(stack[-1], most)
            target = handler(frame, stack, operand)
            look(frame, stack[-depth])
            return target

        return hidden(growing)

    def _storing(self, handler: Handler, depth: int) -> Handler:
        look = self._look

        def storing(frame: Any, stack: list[Any], operand: object) -> object:
            container = stack[-depth]
            target = handler(frame, stack, operand)
            look(frame, container)
            return target

        return hidden(storing)

    def _calling(self, handler: Handler, base: int, opname: str) -> Handler:
        check, look, measures = self._check, self._look, self._measures
        called_at = self._recorder.effects.called_at
        most = self._most.get(ITEMS)
        is_spread, has_names = opname == "CALL_FUNCTION_EX", opname == "CALL_KW"

        def calling(frame: Any, stack: list[Any], operand: object) -> object:
            callable_, first = called_at(stack, base)
            given = arguments = stack[first] if is_spread else stack[first : len(stack) - has_names]
            receiver: Any = None
            if type(arguments) is list or type(arguments) is tuple:
                callable_, arguments = _as_function(callable_, arguments)
                estimate = CALLS.get(id(callable_))
                if estimate is not None and arguments:
                    check(frame, estimate(arguments))
                place = CONSUMERS.get(id(callable_))
                if place is not None and most is not None and not is_spread and len(arguments) > place:
                    at = first + place - (len(arguments) - len(given))
                    stack[at] = cut(stack[at], most)
                receiver = arguments[0] if arguments and type(arguments[0]) in measures else None
            callable_ = given = arguments = None
            target = handler(frame, stack, operand)
            if target is None:
                if type(stack[-1]) in measures:
                    look(frame, stack[-1])
                if receiver is not None:
                    look(frame, receiver)
            return target

        return hidden(calling)


def _as_function(callable_: Any, arguments: Any) -> tuple[Any, Any]:
    """Give a method of a built-in type as a function whose first argument is the receiver."""
    if type(callable_) is BuiltinFunctionType or type(callable_) is MethodWrapperType:
        owner = callable_.__self__
        if type(owner) is type and owner in MEASURES:  # a class method
            return vars(owner).get(callable_.__name__), arguments
        if type(owner) in MEASURES:
            return vars(type(owner)).get(callable_.__name__), (owner, *arguments)
    if type(callable_) is MethodType:
        return callable_.__func__, (callable_.__self__, *arguments)
    return callable_, arguments
