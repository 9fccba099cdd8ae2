# A canary: the assertion holds on CPython and fails on the machine, which must be reported.
import sys

print("before")
assert not any("calcharo_vm" in name for name in sys.modules), "on the machine"
