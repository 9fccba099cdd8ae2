"""`calcharo doctor`: what isolation there is on this machine, found by trying."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from calcharo_vm.cli.table import Column, print_heading, print_table
from calcharo_vm.isolation import report
from calcharo_vm.isolation.layers import OPTIONAL

if TYPE_CHECKING:
    from calcharo_vm.isolation import IsolationReport
    from calcharo_vm.isolation.layers import LayerState

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
    rows = [(str(state.layer), _state(state), state.why) for state in found.layers]
    print_table(columns, rows)
    print()
    for state in found.layers:
        if not state.is_active:
            print(f"without {state.layer}, {state.meaning}")
            print(f"    remedy: {state.remedy}")
    if found.missing:
        print("programs are refused with this isolation, unless allow_degraded is set")
    else:
        are_all = all(state.is_active for state in found.layers)
        print("all layers are in force" if are_all else "all layers are in force that there must be")


def _state(state: LayerState) -> str:
    if state.is_active:
        return "active"
    return "replaced" if state.layer in OPTIONAL else "missing"
