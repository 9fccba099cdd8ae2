"""The builtins of the machine's own code: a copy, out of reach of programs that replace builtins.

A module that imports `__builtins__` from here gives it to all functions it defines: CPython reads the name
from a function's globals when the function is made.
"""

import builtins

__builtins__ = dict(vars(builtins))

__all__ = ["__builtins__"]
