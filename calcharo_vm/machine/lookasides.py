"""Functions that look at the calling frame, as guest code must see them.

Each takes the calling frame first. What is not here is called natively, even from guest code.
"""

from __future__ import annotations
import __future__

import builtins
import gc
import sys
from functools import cache
from operator import index
from types import CellType, CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from calcharo_vm.code.metadata import TABLE
from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.attributes import type_attribute
from calcharo_vm.machine.context import set_recursion_limit
from calcharo_vm.machine.eval_loop import run
from calcharo_vm.machine.frame import Frame
from calcharo_vm.machine.guest_code import builtins_of
from calcharo_vm.machine.imports import call_at_module_level
from calcharo_vm.machine.native_errors import with_native_errors
from calcharo_vm.machine.referrers import referrers
from calcharo_vm.machine.shims import shim
from calcharo_vm.machine.tracebacks import updated_snapshot, visible_locals
from calcharo_vm.machine.trampolines import guest_code_of
from calcharo_vm.machine.values import NULL

if TYPE_CHECKING:
    from collections.abc import Callable


def guest_globals(frame: Frame, /) -> dict[str, Any]:
    """`globals()`."""
    return frame.globals


def guest_locals(frame: Frame, /) -> Any:
    """`locals()`."""
    return visible_locals(frame) if sys.version_info >= (3, 13) else updated_snapshot(frame)


def guest_vars(frame: Frame, /, *arguments: Any) -> Any:
    """`vars()` and `vars(object)`."""
    return vars(*arguments) if arguments else guest_locals(frame)


def guest_dir(frame: Frame, /, *arguments: Any) -> list[str]:
    """`dir()` and `dir(object)`."""
    return dir(*arguments) if arguments else sorted(guest_locals(frame).keys())


def guest_super(frame: Frame, /, *arguments: Any) -> Any:
    """`super()` and its forms with arguments (CPython's `super_init_without_args`)."""
    if arguments:
        return super(*arguments)
    code = frame.guest.code
    if frame.locals is not None or not code.co_argcount:
        message = "super(): no arguments"
        raise RuntimeError(message)
    receiver = frame.fast[0]
    if type(receiver) is CellType and code.co_varnames[0] in code.co_cellvars:
        receiver = _content(receiver)
    if receiver is NULL:
        message = "super(): arg[0] deleted"
        raise RuntimeError(message)
    names = frame.guest.decoded.localsplus
    if "__class__" not in code.co_freevars:
        message = "super(): __class__ cell not found"
        raise RuntimeError(message)
    cls = _content(frame.fast[names.index("__class__")])
    if cls is NULL:
        message = "super(): empty __class__ cell"
        raise RuntimeError(message)
    return super(cls, receiver)


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return NULL


@cache
def _compiler_flags() -> int:
    flags = 0
    for name in __future__.all_feature_names:
        flags |= getattr(__future__, name).compiler_flag
    return flags


def guest_compile(
    frame: Frame,
    /,
    source: Any,
    filename: Any,
    mode: str,
    flags: int = 0,
    dont_inherit: Any = False,
    optimize: int = -1,
    **more: Any,
) -> Any:
    """`compile(...)`, with the future features of the calling code."""
    if not dont_inherit:
        flags = index(flags) | frame.guest.code.co_flags & _compiler_flags()
        dont_inherit = True
    return compile(source, filename, mode, flags, dont_inherit, optimize, **more)


def guest_eval(frame: Frame, source: Any, /, globals: Any = None, locals: Any = None) -> Any:
    """`eval(...)` on the machine."""
    return _evaluate(frame, source, globals, locals, "eval", None)


def guest_exec(frame: Frame, source: Any, /, globals: Any = None, locals: Any = None, *, closure: Any = None) -> None:
    """`exec(...)` on the machine."""
    _evaluate(frame, source, globals, locals, "exec", closure)


if sys.version_info < (3, 13):  # where the namespaces have no names
    _eval, _exec = guest_eval, guest_exec

    def guest_eval(  # type: ignore[misc] # a signature for each version
        frame: Frame, source: Any, globals: Any = None, locals: Any = None, /
    ) -> Any:
        """`eval(...)` on the machine."""
        return _eval(frame, source, globals, locals)

    def guest_exec(  # type: ignore[misc] # as above
        frame: Frame, source: Any, globals: Any = None, locals: Any = None, /, *, closure: Any = None
    ) -> None:
        """`exec(...)` on the machine."""
        _exec(frame, source, globals, locals, closure=closure)


def _evaluate(frame: Frame, source: Any, globals: Any, locals: Any, mode: str, closure: Any) -> Any:
    refused = not (globals is None or isinstance(globals, dict)) or not (locals is None or _is_mapping(locals))
    if refused or not isinstance(source, (CodeType, str, bytes, bytearray, memoryview)):
        return _natively(mode, source, globals, locals)
    if globals is None:
        globals = frame.globals
        locals = guest_locals(frame) if locals is None else locals
    elif locals is None:
        locals = globals
    if isinstance(source, CodeType):
        code = source
    else:
        if closure is not None:
            exec(source, {}, closure=closure)
        text = source.lstrip(" \t") if mode == "eval" and isinstance(source, str) else source
        flags = frame.guest.code.co_flags & _compiler_flags()
        code = compile(_stripped(text, mode), "<string>", mode, flags, True, **_module_warned_of(globals))
    machine = frame.context.machine
    if (original := guest_code_of(code)) is not None:
        code = original.code
    cells = _cells(code, closure, mode)
    if "__builtins__" not in globals:
        globals["__builtins__"] = frame.builtins
    guest = machine.verified_code(code) if isinstance(source, CodeType) else machine.guest_code(code)
    callee = Frame(guest, [*guest.padding, *cells], globals, builtins_of(globals), frame.context)
    callee.locals = locals
    return run(callee)


def _module_warned_of(globals: dict[str, Any]) -> dict[str, Any]:
    """The argument of `compile` that says which module its warnings are about, which CPython has from 3.15 on."""
    name = globals.get("__name__")
    return {"module": name} if sys.version_info >= (3, 15) and isinstance(name, str) else {}


def _stripped(source: Any, mode: str) -> Any:
    if mode == "eval" and isinstance(source, (bytes, bytearray)):
        return bytes(source).lstrip(b" \t")
    return bytes(source) if isinstance(source, memoryview) else source


def _cells(code: CodeType, closure: Any, mode: str) -> tuple[Any, ...]:
    """The cells for a code object's free variables; a mismatch is CPython's own error."""
    fits = (
        isinstance(closure, tuple)
        and len(closure) == len(code.co_freevars)
        and all(isinstance(cell, CellType) for cell in closure)
    )
    if mode == "exec" and closure is not None and not (fits and code.co_freevars):
        exec(code, {}, closure=closure)
    if code.co_freevars and closure is None:
        (exec if mode == "exec" else eval)(code, {})  # raises
    return closure or ()


def _natively(mode: str, *arguments: Any) -> Any:
    """CPython's own error for arguments that `eval` and `exec` refuse."""
    return (eval if mode == "eval" else exec)(*arguments)


def _is_mapping(value: Any) -> bool:
    return type_attribute(type(value), "__getitem__") is not NULL


def guest_build_class(frame: Frame, /, *arguments: Any, **named: Any) -> Any:
    """`__build_class__(...)`: a metaclass may look at its caller."""
    return shim(frame, named=bool(named))(_build_class, arguments, named)


def guest_lazy_import(frame: Frame, /, *arguments: Any, **named: Any) -> Any:
    """`__lazy_import__(...)` (PEP 810), which a module's own frame may call."""
    if frame.locals is None:
        return _lazy_import(*arguments, **named)
    return call_at_module_level(frame, _lazy_import, arguments, named)


def guest_function_type(frame: Frame, /, *arguments: Any, **named: Any) -> Any:
    """`types.FunctionType(...)`: the function runs on the machine."""
    code = named.get("code", arguments[0] if arguments else None)
    if type(code) is not CodeType or guest_code_of(code) is not None:
        return FunctionType(*arguments, **named)
    trampoline = frame.context.machine.verified_code(code).trampoline
    if "code" in named:
        named["code"] = trampoline
    else:
        arguments = (trampoline, *arguments[1:])
    namespace = named.get("globals", arguments[1] if len(arguments) > 1 else None)
    if type(namespace) is not dict or "__builtins__" in namespace:
        return FunctionType(*arguments, **named)
    namespace["__builtins__"] = frame.builtins  # what the function takes over from its maker
    try:
        return FunctionType(*arguments, **named)
    finally:
        del namespace["__builtins__"]


_REFERENCES_OF_A_CALL = 2 if sys.version_info < (3, 12) else 1
_IMMORTAL = 1 << 29
"""No object has so many references, except those which CPython does not count (PEP 683)."""
_BORROWING = frozenset(number for number, name in TABLE.OPNAMES.items() if name.startswith("LOAD_FAST_BORROW"))


def reference_count(frame: Frame, /, *arguments: Any, **named: Any) -> int:
    """`sys.getrefcount(...)`, without the references that the machine's own call holds."""
    decoded = frame.guest.decoded
    borrowed = decoded.opcodes[max(frame.ip - 2, 0)] in _BORROWING
    count = sys.getrefcount(*arguments, **named)
    return count if count >= _IMMORTAL else count - _REFERENCES_OF_A_CALL - borrowed


def guest_set_recursion_limit(frame: Frame, limit: Any, /) -> None:
    """`sys.setrecursionlimit(...)`, for the guest's frames."""
    set_recursion_limit(frame.context, limit)


def get_recursion_limit(frame: Frame, /) -> int:
    """`sys.getrecursionlimit()`."""
    return frame.context.limit


def lookasides() -> dict[int, Callable[..., Any]]:
    """The functions that look at their caller, by the identity of the function the guest calls."""
    return _BY_IDENTITY.copy()


_build_class = builtins.__build_class__
_lazy_import: Any = vars(builtins).get("__lazy_import__")
_LOOKASIDES: dict[Any, Callable[..., Any]] = {
    builtins.globals: guest_globals,
    builtins.locals: guest_locals,
    builtins.vars: guest_vars,
    builtins.dir: guest_dir,
    builtins.super: guest_super,
    builtins.compile: guest_compile,
    builtins.eval: guest_eval,
    builtins.exec: guest_exec,
    builtins.__build_class__: guest_build_class,
    FunctionType: guest_function_type,
    sys.setrecursionlimit: guest_set_recursion_limit,
    sys.getrecursionlimit: get_recursion_limit,
    gc.get_referrers: referrers,
}
if _lazy_import is not None:
    _LOOKASIDES[_lazy_import] = guest_lazy_import
_BY_IDENTITY = {
    **{id(native): with_native_errors(lookaside, native, own=1) for native, lookaside in _LOOKASIDES.items()},
    id(sys.getrefcount): reference_count,  # which counts the references that its own call holds
    id(gc.get_referrers): referrers,  # which sees what its own call holds
}
