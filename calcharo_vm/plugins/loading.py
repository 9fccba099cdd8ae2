"""Finding plugins: those that are passed in, and those that installed packages announce."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

import attrs
from pluggy import PluginManager, PluginValidationError

from calcharo_vm.errors import PluginError
from calcharo_vm.logs import logger_of
from calcharo_vm.plugins import hooks
from calcharo_vm.plugins.installed import GROUP, installed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.metadata import EntryPoint

    from pluggy import HookImpl

__all__ = ["PluginSet", "load"]

_log = logger_of("plugins")
_named_broken: set[str] = set()


@attrs.frozen
class PluginSet:
    """The plugins that take part in a run.

    Attributes:
        manager: Pluggy's manager, in which they are registered.
    """

    manager: PluginManager

    def implementations(self, hook: str) -> list[HookImpl]:
        """The functions that implement a hook, in the order in which they are called."""
        return list(reversed(getattr(self.manager.hook, hook).get_hookimpls()))

    def provided(self, hook: str) -> Iterator[tuple[str, object]]:
        """Give what plugins add to Calcharo, each with the name of its plugin.

        Raises:
            PluginError: A plugin raised; its `__cause__` is what it raised.
        """
        for found in self.implementations(hook):
            try:
                yield found.plugin_name, found.function()
            except Exception as error:
                raise failed(found.plugin_name, hook, error) from error

    def merged(self, hook: str) -> dict[object, object]:
        """Give what plugins add by name; where two use one name, the plugin called first has it.

        Raises:
            PluginError: A plugin raised, or gave something else than a mapping.
        """
        found: dict[object, object] = {}
        for name, given in self.provided(hook):
            if not hasattr(given, "items"):
                raise PluginError(
                    f"the plugin {name!r} gave {given!r} for {hook}; return a dictionary", plugin=name, hook=hook
                )
            found = {**given, **found}  # type: ignore[dict-item] # it is a mapping
        return found


def failed(plugin: str, hook: str, error: BaseException) -> PluginError:
    """Build the error of a plugin whose hook raised."""
    message = f"the plugin {plugin!r} failed in {hook}: {type(error).__name__}: {error}"
    return PluginError(message, plugin=plugin, hook=hook)


def load(plugins: Iterable[object] = (), *, with_installed: bool = True, ignores_broken: bool = True) -> PluginSet:
    """Gather plugins.

    Args:
        plugins: Plugins, or names of installed ones.
        with_installed: Whether all installed ones take part.
        ignores_broken: Whether an installed plugin that nobody named and that cannot be loaded is logged and left
            out.

    Raises:
        PluginError: A plugin cannot be loaded, or is none: it implements no hook, or one with unknown arguments.
    """
    manager = PluginManager(GROUP)
    manager.add_hookspecs(hooks)
    named = [each for each in plugins if isinstance(each, str)]
    found = installed() if named or with_installed else {}
    for name in dict.fromkeys([*named, *(found if with_installed else ())]):
        try:
            _register(manager, _loaded(found, name), name)
        except PluginError as error:
            if name in named or not ignores_broken:
                raise
            if name not in _named_broken:
                _named_broken.add(name)
                _log.warning("%s", error, extra={"plugin": name}, exc_info=error.__cause__)
    for plugin in plugins:
        if not isinstance(plugin, str):
            _register(manager, plugin, _name_of(plugin, manager))
    return PluginSet(manager)


def _loaded(found: Mapping[str, EntryPoint], name: str) -> object:
    """Import what an entry point names; a class is instantiated."""
    if name not in found:
        known = ", ".join(found) or "none"
        raise PluginError(f"there is no installed plugin {name!r}; installed are: {known}", plugin=name)
    try:
        plugin: object = found[name].load()
        return plugin() if isinstance(plugin, type) else plugin
    except Exception as error:
        message = f"the plugin {name!r} cannot be loaded: {type(error).__name__}: {error}"
        raise PluginError(message, plugin=name) from error


def _name_of(plugin: object, manager: PluginManager) -> str:
    name = plugin.__name__ if isinstance(plugin, ModuleType) else type(plugin).__qualname__
    number, unique = 1, name
    while manager.has_plugin(unique):
        number += 1
        unique = f"{name} {number}"
    return unique


def _register(manager: PluginManager, plugin: object, name: str) -> None:
    if isinstance(plugin, type):
        raise PluginError(f"the plugin {plugin!r} is a class; pass an instance of it", plugin=name)
    if manager.is_registered(plugin):
        return
    try:
        manager.register(plugin, name)
    except PluginValidationError as error:
        raise PluginError(f"the plugin {name!r} does not fit the hooks: {error}", plugin=name) from error
    callers = manager.get_hookcallers(plugin) or []
    if not callers:
        raise PluginError(
            f"the plugin {name!r} implements no hook; mark its functions with calcharo_vm.plugins.hookimpl", plugin=name
        )
    for caller in callers:
        if caller.spec is None:
            known = ", ".join(each for each in vars(hooks) if each.startswith(("on_", "provide_")))
            raise PluginError(f"the plugin {name!r} implements {caller.name}; there are {known}", plugin=name)
        for found in caller.get_hookimpls():
            if found.plugin is plugin and (found.wrapper or found.hookwrapper):
                raise PluginError(f"the plugin {name!r} wraps {caller.name}; hooks cannot be wrapped", plugin=name)
