"""The hooks: what a plugin may implement. It takes those arguments that it names, in any order.

What is told of a running program is told in the thread that executes it, between two instructions. A hook must not
call methods of the program's objects: that code would run on the machine and be recorded as the program's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pluggy import HookimplMarker, HookspecMarker

from calcharo_vm.plugins.installed import GROUP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import click

    from calcharo_vm.plugins.control import LiveRun
    from calcharo_vm.plugins.events import LiveCall, LiveException, LiveReturn, LiveStep
    from calcharo_vm.recording import Recording
    from calcharo_vm.recording.adapters import Adapter
    from calcharo_vm.recording.effect import Effect

__all__ = ["FRAME_HOOKS", "TOLD_HOOKS", "hookimpl"]

hookspec = HookspecMarker(GROUP)
hookimpl = HookimplMarker(GROUP)
"""Marks a function of a plugin as one that implements the hook of its name."""

FRAME_HOOKS = ("on_step", "on_call", "on_return", "on_exception")
"""The hooks for which the interpreter tier has to execute the program."""
TOLD_HOOKS = ("on_start", *FRAME_HOOKS, "on_output", "on_limit", "on_finish")
"""The hooks that are told of one run."""


@hookspec
def on_start(run: LiveRun) -> None:
    """Tell that a program is about to run."""


@hookspec
def on_step(run: LiveRun, step: LiveStep) -> None:
    """Tell that an instruction is about to be executed; the state is as it finds it."""


@hookspec
def on_call(run: LiveRun, call: LiveCall) -> None:
    """Tell that a frame of the program starts, or goes on where it was suspended."""


@hookspec
def on_return(run: LiveRun, leaving: LiveReturn) -> None:
    """Tell that a frame was left: it returned, yielded, or an exception unwound it."""


@hookspec
def on_exception(run: LiveRun, exception: LiveException) -> None:
    """Tell that an exception was raised in a frame, or reached it on its way out."""


@hookspec
def on_output(run: LiveRun, text: str, is_error: bool) -> None:
    """Tell what the program wrote to its standard output, or to its standard error."""


@hookspec
def on_limit(run: LiveRun, limit: str) -> None:
    """Tell that a limit has ended the run, and which; nothing of the program executes any more."""


@hookspec
def on_finish(run: LiveRun, recording: Recording) -> None:
    """Tell that the run has ended, and how: `recording.outcome` says it."""


@hookspec
def provide_adapters() -> Mapping[type | str, Adapter]:  # type: ignore[empty-body] # it is a specification
    """Give adapters, by the types that they read or their full names: `register_adapter` says what they do."""


@hookspec
def provide_effects() -> Mapping[Callable[..., object], Effect]:  # type: ignore[explicit-any,empty-body] # any function
    """Give what functions that are not recorded do to the objects they are given."""


@hookspec
def provide_exporters() -> Mapping[str, Callable[[Recording, Path], None]]:  # type: ignore[empty-body] # it is a specification
    """Give functions that write a recording to a file, by the names of their formats."""


@hookspec
def provide_commands() -> Sequence[click.Command]:  # type: ignore[empty-body] # it is a specification
    """Give commands for the command line."""
