"""Compares one random program on CPython and on the machine."""

import difflib
from typing import TypedDict

from tests.conformance.fuzzing import semantics, syntax
from tests.conformance.fuzzing.anything import World
from tests.conformance.fuzzing.outcome import Outcome, compiled, run_natively, run_on_machine

SYNTAX_EVERY = 8
"""One of so many programs comes from the generator for syntax, which is slow."""
CHECKED_EVERY = 4
"""One of so many programs has all invariants checked, which is slow."""
CONFIRMATIONS = 4
"""How often CPython must agree with itself before a difference counts: programs may look at addresses."""


class Program(TypedDict):
    """A random program: `kind` is "semantics" or "syntax", and its number decides what its names stand for."""

    kind: str
    number: int
    source: str


class Find(TypedDict):
    """A program that is not the same on the machine."""

    program: Program
    aspect: str
    details: str


def write_program(seed: int, number: int) -> Program | None:
    """Writes the program of a number, or nothing if what came out is no Python."""
    kind = "syntax" if number % SYNTAX_EVERY == SYNTAX_EVERY - 1 else "semantics"
    try:
        if kind == "syntax":
            source = syntax.write_program(seed * 10_000_000 + number)
        else:
            source = semantics.write_program(semantics.SeededChoices(f"{seed}:{number}"))
        compiled(source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return Program(kind=kind, number=number, source=source)


def compare(program: Program) -> tuple[str, int, str]:
    """Gives "same", "stopped" or what differs; the number of native steps; and the difference."""
    native = run_natively(program["source"], _namespace(program))
    if native.stopped:
        return "stopped", len(native.path), ""
    machine = run_on_machine(program["source"], _namespace(program), checked=program["number"] % CHECKED_EVERY == 0)
    if machine.stopped:
        return "stopped", len(native.path), ""
    aspect, details = difference(native, machine)
    return aspect, len(native.path), details


def confirmed(program: Program) -> Find | None:
    """Compares again, to be run in a new process; nothing if CPython does not agree with itself."""
    runs = []
    displacing: list[object] = []
    for _ in range(CONFIRMATIONS):
        runs.append(run_natively(program["source"], _namespace(program)))
        displacing += ([None] * length for length in range(100) for _ in range(300))  # so that addresses change
    if any(difference(runs[0], run)[0] != "same" for run in runs):
        return None
    aspect, _, details = compare(program)
    return None if aspect in {"same", "stopped"} else Find(program=program, aspect=aspect, details=details)


def difference(native: Outcome, machine: Outcome) -> tuple[str, str]:
    """Names the first aspect in which two outcomes differ, or "same", and shows how."""
    if machine.violations:
        return "invariants", "\n".join(machine.violations)
    for aspect, expected, found in (
        ("output", native.output, machine.output),
        ("error", native.error, machine.error),
    ):
        if expected != found:
            lines = difflib.unified_diff(
                expected.splitlines(), found.splitlines(), "CPython", "machine", lineterm="", n=1
            )
            return aspect, "\n".join(list(lines)[:40])
    if native.path != machine.path:
        return "path", _divergence(native.path, machine.path)
    return "same", ""


def _divergence(native: list[tuple[str, int, int]], machine: list[tuple[str, int, int]]) -> str:
    pairs = enumerate(zip(native, machine, strict=False))
    step = next((step for step, (one, other) in pairs if one != other), min(len(native), len(machine)))
    return (
        f"step {step}\nCPython: {native[max(0, step - 2) : step + 3]}\nmachine: {machine[max(0, step - 2) : step + 3]}"
    )


def _namespace(program: Program) -> dict[str, object]:
    if program["kind"] == "semantics":
        return {}
    return World(program["number"], syntax.names_in(program["source"])).namespace
