"""The native tier: CPython itself executes the program, and tells of each line by `sys.settrace`.

It is a yardstick for the other tiers and a fallback where they cannot go: it knows nothing of instructions.
"""

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.tiers.native.tracing import LineTracer

__all__ = ["LineTracer"]
