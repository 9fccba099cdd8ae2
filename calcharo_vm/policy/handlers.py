"""The handlers of a program that has a policy: those of the machine, with what looks before and after them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from calcharo_vm.code.metadata import TABLE
from calcharo_vm.machine.guest_code import parameter_count
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.policy.kinds import is_class
from calcharo_vm.policy.opcodes import RESULTS, REVIEWED
from calcharo_vm.policy.refusing import refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from calcharo_vm.policy.access import Access
    from calcharo_vm.policy.builtin_functions import Builtins

    Handler = Callable[[Any, list[Any], Any], Any]
    Look = Callable[[Any, list[Any]], None]
    Link = Callable[[int, int, CodeType], tuple[Handler, Any]]

__all__ = ["Handlers"]

_ARE_METHODS_MARKED: Final = sys.version_info >= (3, 12)
"""Whether the argument of an instruction that loads an attribute says that it is about to be called."""
_MATCHES_ITSELF: Final = 1 << 22
"""Of types whose objects the first part of a class pattern takes whole."""


class Handlers:
    """Makes the handlers of one program.

    Attributes:
        looks: What looks before an instruction: by opcode, from argument and code object to a function of frame and
            stack.
        results: How many values of what an opcode pushes may come from native code.
        reviewed: The opcodes that are allowed.
    """

    def __init__(self, access: Access, builtins: Builtins) -> None:
        self._access = access
        self._builtins = builtins
        self.reviewed = REVIEWED
        self.results = dict(RESULTS)
        self.looks: dict[str, Callable[[int, CodeType], Look]] = {
            "DELETE_ATTR": self._deleting,
            "LOAD_ATTR": self._loading,
            "LOAD_METHOD": self._loading_method,
            "LOAD_SUPER_ATTR": self._loading_of_super,
            "MATCH_CLASS": self._storing,
            "RESUME": self._starting,
            "STORE_ATTR": self._storing,
        }

    def table(self, link: dict[int, Link]) -> dict[int, Link]:
        """Give the table that code is linked by, in place of the machine's own."""
        return {opcode: self._linked(TABLE.OPNAMES[opcode], own) for opcode, own in link.items()}

    def _linked(self, opname: str, own: Link) -> Link:
        if opname not in self.reviewed:
            return lambda _oparg, _target, _code: (_refusing(opname), None)
        if opname == "MATCH_CLASS" and opname in self.looks:
            return lambda oparg, target, code: (self._matching(own(oparg, target, code)[0]), oparg)
        look, count = self.looks.get(opname), self.results.get(opname)
        is_marked = _ARE_METHODS_MARKED and opname in {"LOAD_ATTR", "LOAD_SUPER_ATTR"}
        if look is None and count is None:
            return own

        def linked(oparg: int, target: int, code: CodeType) -> tuple[Handler, Any]:
            handler, operand = own(oparg, target, code)
            if look == self._loading and not (is_marked and oparg & 1) and _name(oparg, code) == "__dict__":
                return handler, lambda owner: self._access.get(owner, "__dict__")
            before = None if look is None else look(oparg, code)
            pushed = 0 if count is None else 2 if is_marked and oparg & 1 else count(oparg)
            return self._around(handler, before, pushed, pushes_when_it_jumps=opname == "SEND"), operand

        return linked

    def _around(self, handler: Handler, before: Look | None, pushed: int, *, pushes_when_it_jumps: bool) -> Handler:
        admitted = self._access.admitted

        def guarded(frame: Any, stack: list[Any], operand: Any) -> Any:
            if before is not None:
                before(frame, stack)
            target = handler(frame, stack, operand)
            if target is None or (pushes_when_it_jumps and type(target) is int):
                for place in range(-pushed, 0):
                    stack[place] = admitted(stack[place])
            return target

        return hidden(guarded)

    # --- what looks before ---------------------------------------------------------------------------

    def _loading(self, oparg: int, code: CodeType) -> Look:
        return self._loading_name(_name(oparg, code))

    def _loading_method(self, oparg: int, code: CodeType) -> Look:
        return self._loading_name(code.co_names[oparg])

    def _loading_name(self, name: str) -> Look:
        checked = self._access.checked

        def look(_frame: Any, stack: list[Any]) -> None:
            checked(stack[-1], name)

        return hidden(look)

    def _loading_of_super(self, oparg: int, code: CodeType) -> Look:
        checked, name = self._access.checked, code.co_names[oparg >> 2]

        def look(_frame: Any, stack: list[Any]) -> None:
            if stack[-3] is super:
                checked(super(stack[-2], stack[-1]), name)

        return hidden(look)

    def _storing(self, oparg: int, code: CodeType) -> Look:
        checked, name = self._access.checked, code.co_names[oparg]

        def look(_frame: Any, stack: list[Any]) -> None:
            checked(stack[-1], name, is_change=True)

        return hidden(look)

    _deleting = _storing

    def _matching(self, own: Handler) -> Handler:
        """Match a class pattern with names that are read once: what is looked at is what is used."""
        access = self._access

        def matching(frame: Any, stack: list[Any], count: int) -> Any:
            subject, cls, names = stack[-3:]
            is_first_itself = False
            if count and is_class(cls):
                listed = access.get(cls, "__match_args__", None)
                is_first_itself = listed is None and bool(cls.__flags__ & _MATCHES_ITSELF)
                if not is_first_itself or count > 1:
                    names = (*_positional(cls, listed, count, most=int(is_first_itself)), *names)
                stack[-1], count = names, 0
            for name in names:
                access.checked(subject, name)
            target = own(frame, stack, count)
            if type(stack[-1]) is tuple:
                values = tuple(map(access.admitted, stack[-1]))
                stack[-1] = (subject, *values) if is_first_itself else values
            return target

        return hidden(matching)

    def _starting(self, oparg: int, code: CodeType) -> Look:
        """Look at where a frame starts or goes on: what it is called or sent with may come from native code."""
        builtins, check, is_start = self._builtins, self._access.checked_value, not oparg & 3
        names = code.co_varnames[: parameter_count(code)]
        places = [(place, name in code.co_cellvars) for place, name in enumerate(names)]

        def look(frame: Any, stack: list[Any]) -> None:
            if not is_start:
                check(stack[-1])
                return
            frame.builtins = builtins
            if frame.globals.get("__builtins__") is not builtins:
                frame.globals["__builtins__"] = builtins
            for place, is_in_cell in places:
                value = frame.fast[place]
                check(value.cell_contents if is_in_cell else value)

        return hidden(look)


def _name(oparg: int, code: CodeType) -> str:
    """Give the name that LOAD_ATTR loads."""
    return code.co_names[oparg >> 1 if _ARE_METHODS_MARKED else oparg]


def _positional(cls: type, listed: Any, count: int, most: int) -> tuple[str, ...]:
    """Give the names that the first parts of a class pattern stand for.

    Raises:
        TypeError: There are none, or not so many, in CPython's words.
    """
    names = () if listed is None else listed
    if type(names) is not tuple:
        message = f"{cls.__name__}.__match_args__ must be a tuple (got {type(names).__name__})"
        raise TypeError(message)
    most = max(most, len(names))
    if most < count:
        parts = "sub-pattern" if most == 1 else "sub-patterns"
        message = f"{cls.__name__}() accepts {most} positional {parts} ({count} given)"
        raise TypeError(message)
    for name in names[:count]:
        if type(name) is not str:
            message = f"__match_args__ elements must be strings (got {type(name).__name__})"
            raise TypeError(message)
    return names[:count]


def _refusing(opname: str) -> Handler:
    def refusing(_frame: Any, _stack: list[Any], _operand: Any) -> Any:
        raise refusal("opcode", opname, "nobody has looked at what it could do on this version of CPython")

    return hidden(refusing)
