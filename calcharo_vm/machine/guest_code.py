"""A guest code object prepared for a machine: decoded, linked to handlers, with its trampoline."""

from __future__ import annotations

import builtins
import sys
from functools import cached_property, partial
from itertools import pairwise
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, final
from weakref import ref

from calcharo_vm.code import DecodedCode, decode
from calcharo_vm.code.metadata import OPCODES
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.constants import COMMON_CONSTANTS
from calcharo_vm.machine.eval_loop import run
from calcharo_vm.machine.failures import is_internal
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.jumps import land
from calcharo_vm.machine.tracebacks import GuestReference, StubMarker, make_mirror_code, strip_machine_entries
from calcharo_vm.machine.tracing import traced_table
from calcharo_vm.machine.values import NULL

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.code import Instruction
    from calcharo_vm.machine.machine import Machine

_CONSTANTS = {"LOAD_COMMON_CONSTANT": COMMON_CONSTANTS}
_RESUME = OPCODES["RESUME"]
_RETURN_GENERATOR = OPCODES["RETURN_GENERATOR"]
CO_OPTIMIZED = 0x1
CO_NEWLOCALS = 0x2
CO_VARARGS = 0x4
CO_VARKEYWORDS = 0x8
CO_GENERATOR = 0x20
CO_COROUTINE = 0x80
CO_ITERABLE_COROUTINE = 0x100
CO_ASYNC_GENERATOR = 0x200


class Shape(NamedTuple):
    """The parameters of a code object: two that are equal bind arguments alike.

    Attributes:
        names: The names of all parameters but those with stars.
        positional: How many of them may be given by position.
        positional_only: How many of these may not be given by name.
        stars: The code object's flags for `*args` and `**kwargs`.
    """

    names: tuple[str, ...]
    positional: int
    positional_only: int
    stars: int


@final
class GuestCode(StubMarker, GuestReference):
    """A code object of the guest, for one machine.

    The methods at the end are what trampolines call: they are entry points from native code.
    """

    def __init__(self, code: CodeType, machine: Machine) -> None:
        self.code = code
        self.machine = machine
        self.argcount = code.co_argcount
        self.takes_positional_only = not (code.co_kwonlyargcount or code.co_flags & (CO_VARARGS | CO_VARKEYWORDS))
        # The number of arguments that need no binding; -1 when all calls do.
        self.exact_count = code.co_argcount if self.takes_positional_only else -1
        parameters = parameter_count(code)
        # How calls bind arguments, beside the function's defaults.
        self.shape = Shape(
            code.co_varnames[: code.co_argcount + code.co_kwonlyargcount],
            code.co_argcount,
            code.co_posonlyargcount,
            code.co_flags & (CO_VARARGS | CO_VARKEYWORDS),
        )
        cells = sum(name not in code.co_varnames for name in code.co_cellvars)
        self.padding = [NULL] * (len(code.co_varnames) - parameters + cells)
        self.binder_code: CodeType | None = None
        self.is_foreign = False  # whether it did not come from this CPython's compiler
        self.generator_stubs: dict[int, CodeType] = {}
        self._trampoline: ref[CodeType] | None = None
        self._trampolines_within: dict[int, CodeType] = {}
        self.is_optimized = bool(code.co_flags & CO_OPTIMIZED)
        # The same where a frame needs neither a closure nor the function besides.
        generates = code.co_flags & (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)
        self.plain_count = -1 if generates or code.co_freevars or not self.is_optimized else self.exact_count
        # The same where it may have a closure.
        self.framed_count = -1 if generates or not self.is_optimized else self.exact_count
        slots = len(self.padding) + parameters + len(code.co_freevars)
        # Whether a frame that ends drops its first local first (CPython's `_PyFrame_ClearLocals`), and it can be seen.
        self.drops_in_order = sys.version_info < (3, 14) and slots > 1
        # Handler, operand and next index of each instruction, once a frame needs them; and where frames start:
        # RESUME does nothing that anybody sees unless somebody observes.
        self.table: Any = None
        self.start = 0
        # A host function that does what a call does, without a frame, and which kinds of arguments it takes.
        self.direct: Any = None
        self.signature = ""
        # The number of arguments of a function that does nothing, if they need no binding, but make a generator of its
        # frame, once it is linked; else -1.
        self.generator_count = -1
        # What resumes the frames of generators; None for `generators.resume`.
        self.resume: Callable[[Frame], bool] | None = None

    @cached_property
    def decoded(self) -> DecodedCode:
        """The code object as instructions."""
        return decode(self.code)

    @cached_property
    def returns_nothing(self) -> bool:
        """Whether it returns None wherever it returns, as can be told from its instructions."""
        instructions = self.decoded.instructions
        return not any(
            (instruction.opname == "RETURN_VALUE" and not self._is_none(before))
            or (instruction.opname == "RETURN_CONST" and not self._is_none(instruction))
            for before, instruction in pairwise(instructions)
        )

    def _is_none(self, instruction: Instruction) -> bool:
        """Whether an instruction that pushes or returns a constant does so with None."""
        constants = _CONSTANTS.get(instruction.opname, self.code.co_consts if "CONST" in instruction.opname else ())
        oparg = instruction.oparg
        return oparg is not None and oparg < len(constants) and constants[oparg] is None

    def link(self) -> list[tuple[Callable[..., Any], Any, int]]:
        """Finds handler, operand and next index of each instruction: before the first frame of this code starts."""
        machine, decoded, code = self.machine, self.decoded, self.code
        self.direct, self.signature = None, ""  # it was made of other handlers
        pairs = [
            machine.link[opcode](oparg, target, code)
            for opcode, oparg, target in zip(decoded.opcodes, decoded.opargs, decoded.targets, strict=True)
        ]
        if machine.is_tracing:
            pairs = traced_table(self, pairs)
        if self.is_optimized and decoded.opcodes[bool(code.co_freevars)] == _RETURN_GENERATOR:
            self.generator_count = self.exact_count
        observe = machine.observe
        if observe is not None:
            pairs = [(observe(code, index, handler), operand) for index, (handler, operand) in enumerate(pairs)]
        self.start = int(observe is None and not machine.is_tracing and decoded.opcodes[0] == _RESUME)
        self.table = table = [(handler, operand, index) for index, (handler, operand) in enumerate(pairs, 1)]
        table.append((land, None, len(pairs)))
        if machine.tier is not None:
            machine.tier.linked(self, table)
        return table

    def relink(self) -> None:
        """Makes the handlers anew: the program began to trace."""
        if self.table is not None:
            self.link()

    @property
    def trampoline(self) -> CodeType:
        """The code of the real functions that stand for this code object.

        It is kept by those functions and by the code that makes them, not here: the garbage collector does not see
        what code objects refer to, and this one refers to the machine.
        """
        known = None if self._trampoline is None else self._trampoline()
        if known is None:
            known = self.machine.make_trampoline(self)
            self._trampoline = ref(known)
        return known

    def trampoline_within(self, code: CodeType) -> CodeType:
        """The trampoline of a code object among this one's constants."""
        known = self._trampolines_within.get(id(code))
        if known is None:
            guest = self.machine.verified_code(code) if self.is_foreign else self.machine.guest_code(code)
            known = self._trampolines_within[id(code)] = guest.trampoline
        return known

    @cached_property
    def mirror_code(self) -> CodeType:
        """The code of the host frames that stand for this code's frames in tracebacks."""
        return make_mirror_code(self.code, is_optimized=self.is_optimized)

    @cached_property
    def shims(self) -> dict[int, CodeType]:
        """The code of functions that make native calls in this code's name, by instruction index."""
        return {}

    current_globals = staticmethod(globals)
    current_locals = staticmethod(locals)
    BaseException = BaseException

    def enter(self, globals: dict[str, Any], values: tuple[Any, ...], cells: tuple[Any, ...]) -> Any:
        """Runs a function of this code, called by native code with bound arguments."""
        machine = self.machine
        if self.direct is not None:
            result = machine.tier.enter(self, globals, values, cells)
            if result is not NULL:
                return result
        if machine.is_in_the_way is not None and machine.is_in_the_way():
            machine.postpone(partial(self.enter, globals, values, cells))
            return None
        frame = Frame(self, [*values, *self.padding, *cells], globals, builtins_of(globals), machine.context)
        return run(frame)

    def enter_namespace(self, globals: dict[str, Any], locals: Any, cells: tuple[Any, ...]) -> Any:
        """Runs a module or class body of this code in the namespace `locals`."""
        context = self.machine.context
        frame = Frame(self, [*self.padding, *cells], globals, builtins_of(globals), context)
        frame.locals = locals
        return run(frame)

    def clean(self) -> None:
        """Removes the machine's own entries from the traceback of the exception being handled.

        Raises:
            SystemExit: It is a failure of ours, and the run is over.
        """
        error = sys.exception()
        if error is not None:
            if is_internal(error):
                raise self.machine.failed(self.machine.context.frame, error)
            error.__traceback__ = strip_machine_entries(error.__traceback__)


def parameter_count(code: CodeType) -> int:
    """The number of a code object's parameters, `*args` and `**kwargs` among them."""
    stars = bool(code.co_flags & CO_VARARGS) + bool(code.co_flags & CO_VARKEYWORDS)
    return code.co_argcount + code.co_kwonlyargcount + stars


def builtins_of(globals: dict[str, Any]) -> Any:
    """The namespace of builtins that code with these globals sees (CPython's `_PyEval_BuiltinsFromGlobals`)."""
    found = globals.get("__builtins__", builtins)
    return found.__dict__ if isinstance(found, ModuleType) else found
