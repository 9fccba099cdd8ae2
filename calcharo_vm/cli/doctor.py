"""`calcharo doctor`: what isolation there is on this machine, found by trying."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from calcharo_vm.cli.table import Column, print_heading, print_table
from calcharo_vm.isolation import report

if TYPE_CHECKING:
    from calcharo_vm.isolation import IsolationReport

__all__ = ["examine"]

_MISSING = 1


def examine(isolation: str, *, as_json: bool) -> int:
    """Carry out `calcharo doctor`; the exit status says whether all layers are in force."""
    found = report(isolation)
    if as_json:
        json.dump(found.to_dict(), sys.stdout, indent=2)
        print()
    else:
        _show(found)
    return _MISSING if found.missing else 0


def _show(found: IsolationReport) -> None:
    print_heading(f"isolation={str(found.isolation)!r} on {found.system}")
    columns = (Column("layer"), Column("state"), Column("tried, or why it is missing", share=1))
    rows = [(str(state.layer), "active" if state.is_active else "missing", state.why) for state in found.layers]
    print_table(columns, rows)
    print()
    for state in found.missing:
        print(f"without {state.layer}, {state.meaning}")
        print(f"    remedy: {state.remedy}")
    if found.missing:
        print("programs are refused with this isolation, unless allow_degraded is set")
    else:
        print("all layers are in force")
