"""Trampolines: the host code of guest functions.

A trampoline has the original's signature, flags, names, file, first line and free variables, so CPython
binds arguments and everything that inspects functions works. Its body hands the arguments and cells to the
machine. One template a shape of signature is compiled, then the guest's own attributes are put in.
"""

from __future__ import annotations

import sys
from functools import cache
from types import CodeType, FunctionType
from typing import Any

from calcharo_vm.code import decode
from calcharo_vm.code.metadata import OPCODES
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.guest_code import CO_OPTIMIZED, CO_VARARGS, CO_VARKEYWORDS, GuestCode, parameter_count
from calcharo_vm.machine.tracebacks import GuestReference, StubMarker

_CO_HAS_DOCSTRING = 0x4000000
_DOCSTRING, _GUEST = "docstring", "guest"

_TEMPLATE = """
def enclosing({cells}):
    def trampoline({parameters}):
        "docstring"
        try:
            return "guest".{entry}
        except "guest".BaseException:
            "guest".clean()
            raise
"""


def is_trampoline(code: CodeType) -> bool:
    """Whether a host code object stands for guest code or calls in its name."""
    constants = code.co_consts
    return bool(constants) and isinstance(constants[-1], (StubMarker, GuestReference))


def guest_code_of(code: CodeType) -> GuestCode | None:
    """The guest code that a trampoline's code stands for, or None for any other code."""
    constants = code.co_consts
    return constants[-1] if constants and type(constants[-1]) is GuestCode else None


def make_trampoline(guest: GuestCode) -> CodeType:
    """The trampoline of a guest code object."""
    code = guest.code
    flags = code.co_flags & (CO_VARARGS | CO_VARKEYWORDS)
    template = _template(
        code.co_argcount, code.co_kwonlyargcount, flags, len(code.co_freevars), bool(code.co_flags & CO_OPTIMIZED)
    )
    first = code.co_consts[0] if code.co_consts else None
    docstring = first if isinstance(first, str) else None
    constants = tuple(
        docstring if constant == _DOCSTRING else guest if constant == _GUEST else constant
        for constant in template.co_consts
    )
    return template.replace(
        co_name=code.co_name,
        co_qualname=code.co_qualname,
        co_filename=code.co_filename,
        co_firstlineno=code.co_firstlineno,
        co_flags=code.co_flags,
        co_posonlyargcount=code.co_posonlyargcount,
        co_varnames=code.co_varnames[: parameter_count(code)],
        co_freevars=code.co_freevars,
        co_consts=(*constants, guest),
    )


@cache
def _template(positional: int, keyword_only: int, stars: int, free: int, is_function: bool) -> CodeType:
    parameters, values = _signature(positional, keyword_only, stars)
    cells = [f"c{number}" for number in range(free)]
    if is_function:
        entry = f'enter("guest".current_globals(), ({_display(values)}), ({_display(cells)}))'
    else:
        entry = f'enter_namespace("guest".current_globals(), "guest".current_locals(), ({_display(cells)}))'
    source = _TEMPLATE.format(cells=", ".join(cells), parameters=", ".join(parameters), entry=entry)
    code = compile(source, "<trampoline>", "exec", dont_inherit=True, optimize=0)
    for name in ("enclosing", "trampoline"):
        code = next(
            constant for constant in code.co_consts if isinstance(constant, CodeType) and constant.co_name == name
        )
    # What the template compiled as reads of free variables must read the cells themselves.
    return with_opcodes_replaced(code, {"LOAD_DEREF": "LOAD_CLOSURE" if sys.version_info < (3, 13) else "LOAD_FAST"})


def _signature(positional: int, keyword_only: int, stars: int) -> tuple[list[str], list[str]]:
    """Parameters of a shape as in a `def`, and their names in slot order."""
    names = [f"a{number}" for number in range(positional)]
    keywords = [f"k{number}" for number in range(keyword_only)]
    varargs = ["args"] if stars & CO_VARARGS else []
    varkeywords = ["kwargs"] if stars & CO_VARKEYWORDS else []
    star = ["*args"] if varargs else ["*"] if keywords else []
    parameters = [*names, *star, *keywords, *(f"**{name}" for name in varkeywords)]
    return parameters, [*names, *keywords, *varargs, *varkeywords]


def _display(names: list[str]) -> str:
    return "".join(f"{name}, " for name in names)


def with_opcodes_replaced(code: CodeType, replacements: dict[str, str]) -> CodeType:
    """A copy of a code object with opcodes replaced by others of the same size."""
    numbers = {OPCODES[old]: OPCODES[new] for old, new in replacements.items()}
    units = bytearray(code.co_code)
    decoded = decode(code)
    for offset, number in zip(decoded.offsets, decoded.opcodes, strict=True):
        if number in numbers:
            units[offset] = numbers[number]
    return code.replace(co_code=bytes(units))


def bind(guest: GuestCode, function: FunctionType, arguments: list[Any], keywords: tuple[str, ...]) -> list[Any]:
    """The values of a function's parameters for a call, in slot order.

    Raises:
        TypeError: The arguments do not fit; CPython's own error.
    """
    defaults = function.__defaults__
    if guest.takes_positional_only and not keywords:
        missing = guest.argcount - len(arguments)
        if defaults is not None and 0 < missing <= len(defaults):
            return [*arguments, *defaults[-missing:]]
    binder = FunctionType(_binder_code(guest), {}, function.__name__, defaults)
    binder.__kwdefaults__ = function.__kwdefaults__
    binder.__qualname__ = function.__qualname__
    if not keywords:
        return list(binder(*arguments))
    count = len(arguments) - len(keywords)
    return list(binder(*arguments[:count], **dict(zip(keywords, arguments[count:], strict=True))))


def _binder_code(guest: GuestCode) -> CodeType:
    known = guest.binder_code
    if known is None:
        code = guest.code
        template = _binder_template(code.co_argcount, code.co_kwonlyargcount, code.co_flags & 0xC)
        known = guest.binder_code = template.replace(
            co_name=code.co_name,
            co_qualname=code.co_qualname,
            co_posonlyargcount=code.co_posonlyargcount,
            co_varnames=code.co_varnames[: parameter_count(code)],
        )
    return known


@cache
def _binder_template(positional: int, keyword_only: int, stars: int) -> CodeType:
    """A function that returns its parameters in slot order."""
    parameters, values = _signature(positional, keyword_only, stars)
    source = f"def bind({', '.join(parameters)}): return ({_display(values)})"
    code = compile(source, __file__, "exec", dont_inherit=True, optimize=0)
    return next(constant for constant in code.co_consts if isinstance(constant, CodeType))


def make_stub(source: str, marker: StubMarker, replacements: dict[str, str] | None = None) -> CodeType:
    """The code of the one function in `source`, marked as the machine's; opcodes replaced as asked."""
    code = compile(source, __file__, "exec", dont_inherit=True, optimize=0)
    stub = next(constant for constant in code.co_consts if isinstance(constant, CodeType))
    if replacements:
        stub = with_opcodes_replaced(stub, replacements)
    return stub.replace(co_consts=(*stub.co_consts, marker))
