"""What plugins add to the command line: commands of theirs, and formats for `calcharo export`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from calcharo_vm.cli import exit_statuses
from calcharo_vm.errors import CalcharoError
from calcharo_vm.plugins.installed import installed_names

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from calcharo_vm.plugins import PluginSet

__all__ = ["PluggedGroup", "export_recording", "list_plugins"]


class PluggedGroup(click.Group):
    """A group of commands that installed plugins may add to; its own come first, and load no plugin."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a command."""
        return super().get_command(ctx, cmd_name) or _commands().get(cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the names of commands, those of plugins last."""
        own = super().list_commands(ctx)
        return [*own, *(name for name in _commands() if name not in own)]


def _plugins() -> PluginSet:
    from calcharo_vm.plugins.loading import load  # noqa: PLC0415 - most commands load no plugins

    return load()


def _commands() -> Mapping[str, click.Command]:
    """The commands of installed plugins, by their names; a plugin that fails is complained about and left out."""
    if not installed_names():
        return {}
    found: dict[str, click.Command] = {}
    try:
        for plugin, commands in _plugins().provided("provide_commands"):
            if not isinstance(commands, list | tuple):
                sys.stderr.write(f"calcharo: the plugin {plugin!r} gave {commands!r} for commands; return a list\n")
                continue
            for each in commands:
                if isinstance(each, click.Command) and each.name:
                    found.setdefault(each.name, each)
                else:
                    sys.stderr.write(f"calcharo: the plugin {plugin!r} gave {each!r}, which is no click.Command\n")
    except CalcharoError as error:
        sys.stderr.write(f"calcharo: {error}\n")
    return found


def list_plugins() -> int:
    """Show the installed plugins and which hooks each implements."""
    if not installed_names():
        print("no plugins are installed")
        return 0
    manager = _plugins().manager
    for name, plugin in manager.list_name_plugin():
        callers = (manager.get_hookcallers(plugin) if plugin is not None else None) or []
        print(f"{name}: {', '.join(sorted(caller.name for caller in callers))}")
    return 0


def export_recording(recording_file: Path, target: Path, form: str) -> int:
    """Write a recording in a format of a plugin."""
    from calcharo_vm.recording import Recording  # noqa: PLC0415 - only what is asked for is loaded

    try:
        exporters = _plugins().merged("provide_exporters") if installed_names() else {}
        exporter = exporters.get(form)
        if not callable(exporter):
            known = ", ".join(sorted(map(str, exporters))) or "none, as no plugin offers any"
            sys.stderr.write(f"calcharo export: there is no format {form!r}; there are: {known}\n")
            return exit_statuses.FAILED
        exporter(Recording.open(recording_file), target)
    except (CalcharoError, OSError) as error:
        sys.stderr.write(f"calcharo export: {error}\n")
        return exit_statuses.FAILED
    return 0
