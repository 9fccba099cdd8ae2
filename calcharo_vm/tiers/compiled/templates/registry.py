"""A template writes what one instruction does; templates are registered by the names of their opcodes."""

from __future__ import annotations

from collections.abc import Callable

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.tiers.compiled.path_writer import PathWriter

Template = Callable[[PathWriter], None]
"""Writes one instruction; raises `Declined` to leave it to its handler."""


def registering(templates: dict[str, Template]) -> Callable[..., Callable[[Template], Template]]:
    """Makes a decorator that enters templates into a table by the opcodes they are for."""

    def template(*opnames: str) -> Callable[[Template], Template]:
        def register(function: Template) -> Template:
            templates.update(dict.fromkeys(opnames, function))
            return function

        return register

    return template
