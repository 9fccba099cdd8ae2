"""What isolation there is on this machine, found by trying."""

from __future__ import annotations

import platform

from attrs import frozen

from calcharo_vm.config import Isolation, TracerConfig
from calcharo_vm.errors import IsolationUnavailable
from calcharo_vm.isolation.layers import WANTED, LayerState, missing_of
from calcharo_vm.isolation.pool import worker_for
from calcharo_vm.isolation.remote import rules_for

__all__ = ["IsolationReport", "report"]


@frozen
class IsolationReport:
    """Says which layers of an isolation there are on this machine.

    Attributes:
        isolation: The isolation.
        layers: Each of its layers, and whether it is in force.
        system: The system and its version.
    """

    isolation: Isolation
    layers: tuple[LayerState, ...]
    system: str

    @property
    def missing(self) -> tuple[LayerState, ...]:
        """The layers that are missing: without them, programs are refused unless `allow_degraded` is set."""
        return missing_of(self.layers)

    def to_dict(self) -> dict[str, object]:
        """Give the report as what JSON can hold."""
        layers = [
            {
                "layer": str(state.layer),
                "active": state.is_active,
                "why": state.why,
                "meaning": state.meaning,
                "remedy": state.remedy,
            }
            for state in self.layers
        ]
        return {"isolation": str(self.isolation), "system": self.system, "layers": layers}


def report(isolation: str = "isolated") -> IsolationReport:
    """Start a worker, and give what it has found of its layers: each is tried, not asked for.

    Args:
        isolation: "worker" or "isolated".

    Raises:
        ConfigurationError: There is no such isolation.

    Example:
        >>> from calcharo_vm.isolation import report
        >>> [state.layer for state in report("worker").layers if not state.is_active]
        []
    """
    config = TracerConfig(isolation=isolation)
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    if config.isolation is Isolation.NONE:
        return IsolationReport(Isolation.NONE, (), system)
    try:
        with worker_for(rules_for(config)) as worker:
            layers = worker.layers
    except IsolationUnavailable as error:
        layers = tuple(LayerState(layer, is_active=False, why=str(error)) for layer in WANTED[config.isolation])
    return IsolationReport(config.isolation, layers, system)
