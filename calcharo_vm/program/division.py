"""`sys`, divided: while programs run side by side, each thread finds there what belongs to its program.

The module gets a class whose attributes look for the program of the current thread (`DividedModule`), which serves all
code in Python, the import system included. Code in C reads the module's dictionary instead: the streams there, which
`print` and `input` use, stand for those of the current thread; and what is some program's own module is not in the
interpreter's dictionary of modules, so that C asks the import system for it.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, MutableMapping
from functools import update_wrapper
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING, Final, TextIO

from calcharo_vm import host_builtins
from calcharo_vm.machine.hiding import hidden
from calcharo_vm.program.guest_process import MAIN, STREAMS, view_of_this_thread
from calcharo_vm.recording.modules import DividedModule

if TYPE_CHECKING:
    from collections.abc import Callable

    from calcharo_vm.program.guest_process import GuestProcess

    _Importer = Callable[..., object]  # type: ignore[explicit-any] # as `__import__`

__all__ = ["divide", "is_active", "unite"]

_shared: Final = sys.modules
"""The interpreter's own dictionary of modules."""


def is_active() -> bool:
    """Whether `sys` is divided."""
    return type(sys) is DividedModule


def divide() -> None:
    """Divide `sys`; what programs that run already have of it must be in their views."""
    del _shared[MAIN]
    _set_importer()
    for name, stream in _STANDING_IN.items():
        setattr(sys, name, stream)
    sys.__class__ = DividedModule


def unite() -> None:
    """Make `sys` one again; the caller then sets what it is to show."""
    ModuleType.__setattr__(sys, "__class__", ModuleType)
    _send_away()
    _put_importer_back()


# --- modules ---------------------------------------------------------------------------------------


_ModulesByName = dict[str, ModuleType]
if not TYPE_CHECKING:  # their methods differ in types, and the first one's are taken

    class _ModulesByName(MutableMapping, dict):
        pass


class _Modules(_ModulesByName):
    """`sys.modules` of one program: its own modules, which lie in this dictionary, and those that all share."""

    def __init__(self, view: GuestProcess) -> None:
        dict.__init__(self, view.modules)
        dict.__setitem__(self, MAIN, view.main)
        self._view = view

    def __getitem__(self, name: str) -> ModuleType:
        own = dict.get(self, name)
        if own is not None:
            return own
        if name in _visiting:  # nothing is called from here on: see `_send_away`
            raise KeyError(name)
        return _shared[name]

    def __setitem__(self, name: str, module: ModuleType) -> None:
        if name == MAIN:
            self._view.main = module
        if name == MAIN or name in self._own or self._view.owns_module(name, module):
            dict.__setitem__(self, name, module)
        else:
            _shared[name] = module

    def __delitem__(self, name: str) -> None:
        if name in self._own:
            dict.__delitem__(self, name)
        else:
            del _shared[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*(name for name in list(_shared) if name not in _visiting), *self._own])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def _own(self) -> list[str]:
        return list(dict.keys(self))

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self, name) or (name in _shared and name not in _visiting)

    def __repr__(self) -> str:
        return repr(self.copy())

    def copy(self) -> dict[str, ModuleType]:
        """Give a plain dictionary of them all."""
        return dict(self.items())


def _modules_here() -> _Modules:
    view = view_of_this_thread()
    if not isinstance(view.modules, _Modules):
        view.modules = _Modules(view)
    return view.modules


# --- `__import__` ----------------------------------------------------------------------------------

_visiting: Final[dict[str, ModuleType]] = {}
"""Modules of one program that are in the interpreter's dictionary, for code in C that looks for them there."""
_sending_away: Final = Lock()
_importers: Final[list[_Importer]] = []
"""What `__import__` is while `sys` is divided, and what it was before."""
_builtins: Final = vars(builtins), vars(host_builtins)["__builtins__"]


def _set_importer() -> None:
    _importers[:] = _importing_for(builtins.__import__), builtins.__import__
    for names in _builtins:
        names["__import__"] = _importers[0]


def _put_importer_back() -> None:
    ours, before = _importers
    for names in _builtins:
        if names["__import__"] is ours:  # or else somebody has replaced it
            names["__import__"] = before


def _importing_for(original: _Importer) -> _Importer:
    """Make an `__import__` after which C finds a program's own module: pickle's looks for it as soon as it returns."""

    def importing(*arguments: object, **named: object) -> object:
        while _visiting:  # nothing is called from here to where C looks
            _send_away()
        found = original(*arguments, **named)
        name = str(arguments[0] if arguments else named.get("name"))
        own = dict.get(_modules_here(), name)
        if own is not None and name not in _shared:
            _visiting[name] = _shared[name] = own  # and nothing is called from here to where C looks again
        return found

    return update_wrapper(hidden(importing), original)


def _send_away() -> None:
    """Take visiting modules out of the interpreter's dictionary.

    Threads change places where something is called, and where a loop goes back: a visitor comes, and one goes, between.
    """
    with _sending_away:
        for name in list(_visiting):
            module = _visiting[name]
            if name in _shared and _shared[name] is module:
                del _shared[name]
            del _visiting[name]


# --- streams ---------------------------------------------------------------------------------------


class _StandingIn:
    """Stands for the standard stream of whichever program the current thread runs."""

    _name: str

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def __getattr__(self, attribute: str) -> object:
        return getattr(view_of_this_thread().streams[self._name], attribute)

    def __setattr__(self, attribute: str, value: object) -> None:
        setattr(view_of_this_thread().streams[self._name], attribute, value)

    def __iter__(self) -> Iterator[str]:
        stream = view_of_this_thread().streams[self._name]
        assert stream is not None
        return iter(stream)


_STANDING_IN: Final = {name: _StandingIn(name) for name in STREAMS}
"""The same ones for good: `print` holds no reference to `sys.stdout` until CPython 3.14, and others may change it."""


def _stream_here(name: str) -> TextIO | None:
    return view_of_this_thread().streams[name]


def _set_stream_here(name: str, stream: object) -> None:
    """Take what a thread's program has for a stream; what stands for one is the one that it stands for."""
    if stream is not _STANDING_IN[name]:
        view_of_this_thread().streams[name] = stream  # type: ignore[assignment] # a program may put anything there


def _attribute(name: str) -> None:
    DividedModule.parts[name] = (
        lambda: getattr(view_of_this_thread(), name),
        lambda value: setattr(view_of_this_thread(), name, value),
    )


def _stream(name: str) -> None:
    DividedModule.parts[name] = (lambda: _stream_here(name), lambda stream: _set_stream_here(name, stream))


for _name in ("argv", "path"):
    _attribute(_name)
for _name in STREAMS:
    _stream(_name)
for _method in (DividedModule.__getattribute__, DividedModule.__setattr__, DividedModule.__delattr__):
    hidden(_method)
DividedModule.parts["modules"] = _modules_here, lambda modules: setattr(view_of_this_thread(), "modules", modules)
