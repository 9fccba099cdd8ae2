"""Programs, launched exactly as `python` launches them, on the machine."""

from __future__ import annotations

from calcharo_vm.program.command_line import Program, ProgramKind
from calcharo_vm.program.launch import launch
from calcharo_vm.program.main_module import new_main_module
from calcharo_vm.program.source import compile_command, compile_file, compile_text

__all__ = [
    "Program",
    "ProgramKind",
    "compile_command",
    "compile_file",
    "compile_text",
    "launch",
    "new_main_module",
]
