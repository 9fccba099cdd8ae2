"""The command `calcharo`."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> int:
    """Carry out one command line, and give the exit status.

    `run` is told apart before anything is imported: it starts programs, and must start them at once.
    """
    arguments = sys.argv[1:]
    if arguments[:1] == ["run"]:
        from calcharo_vm.cli.run import run  # noqa: PLC0415 - as above

        return run(arguments[1:])
    from calcharo_vm.cli.commands import carry_out  # noqa: PLC0415 - as above

    return carry_out(arguments)
