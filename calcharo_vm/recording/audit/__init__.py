"""The audit: the program's objects are read a second time, by other means, and held against the journal."""

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.audit.auditor import Auditor
from calcharo_vm.recording.audit.comparing import Mismatch

__all__ = ["Auditor", "Mismatch"]
