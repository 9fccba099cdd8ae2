"""What a program is told of what its policy refuses."""

from __future__ import annotations

from calcharo_vm.errors import PolicyViolation

__all__ = ["refusal"]


def refusal(what: str, name: str, remedy: str) -> PolicyViolation:
    """Build the exception that is raised in the program.

    Args:
        what: What it asked for: "import", "builtin", "attribute", "call", "class" or "opcode".
        name: Its name.
        remedy: Where the policy says so.
    """
    return PolicyViolation(f"the policy refuses the {what} {name}; {remedy}", what=what, name=name)
