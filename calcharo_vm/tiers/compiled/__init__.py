"""The compiled tier: what runs often becomes one host function for each code object.

The interpreter's handlers stay the reference. A compiled function does what the handlers of many instructions do,
and writes the same words to the tape, as long as its guards hold; where one fails, the handlers go on.
"""

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.tiers.compiled.code_cache import CodeCache, user_folder
from calcharo_vm.tiers.compiled.tier import CompiledTier

__all__ = ["CodeCache", "CompiledTier", "user_folder"]
