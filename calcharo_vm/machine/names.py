"""Names: locals, cells, globals, builtins and the errors of those that are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.values import NULL

if TYPE_CHECKING:
    from types import CellType

    from calcharo_vm.machine.frame import Frame


def unbound_error(frame: Frame, slot: int) -> NameError:
    """The error of reading an unbound local or free variable."""
    code = frame.guest.code
    names = frame.guest.decoded.localsplus
    name = names[slot]
    if slot >= len(names) - len(code.co_freevars):
        message = f"cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        return NameError(message, name=name)
    return UnboundLocalError(f"cannot access local variable '{name}' where it is not associated with a value")


def name_error(name: str) -> NameError:
    """The error of reading a name that nobody defines."""
    return NameError(f"name '{name}' is not defined", name=name)


def cell_is_empty(cell: CellType) -> bool:
    """Whether a cell holds nothing."""
    try:
        cell.cell_contents  # noqa: B018 - reading it is the test
    except ValueError:
        return True
    return False


def classdict_or_cell(frame: Frame, namespace: Any, slot: int) -> Any:
    """A name of a class scope: from its namespace or else from a cell."""
    name = frame.guest.decoded.localsplus[slot]
    value = lookup(namespace, name)
    if value is not NULL:
        return value
    cell = frame.fast[slot]
    if cell_is_empty(cell):
        raise unbound_error(frame, slot)
    return cell.cell_contents


def lookup(namespace: Any, name: str) -> Any:
    """A name's value in any mapping, or NULL."""
    if type(namespace) is dict:
        return namespace.get(name, NULL)
    try:
        return namespace[name]
    except KeyError:
        return NULL


def load_name(frame: Frame, namespace: Any, name: str) -> Any:
    """A name's value in a namespace, the globals or the builtins."""
    value = lookup(namespace, name)
    if value is NULL:
        value = frame.globals.get(name, NULL)
        if value is NULL:
            value = load_builtin(frame, name)
    return value


def load_builtin(frame: Frame, name: str) -> Any:
    """A name's value in the builtins; the globals were searched, except for what a subclass of dict makes up."""
    if type(frame.globals) is not dict:
        value = lookup(frame.globals, name)
        if value is not NULL:
            return value
    value = lookup(frame.builtins, name)
    if value is NULL:
        raise name_error(name)
    return value


def delete_global(frame: Frame, name: str) -> None:
    """Removes a global."""
    if name not in frame.globals:
        raise name_error(name)
    del frame.globals[name]


def delete_name(frame: Frame, name: str) -> None:
    """Removes a name of a frame's namespace."""
    try:
        del frame.locals[name]
        missing = False
    except BaseException:  # CPython replaces whatever it is
        missing = True
    if missing:
        raise name_error(name)


def setup_annotations(namespace: Any) -> None:
    """Makes `__annotations__` in a namespace if it is missing."""
    if lookup(namespace, "__annotations__") is NULL:
        namespace["__annotations__"] = {}
