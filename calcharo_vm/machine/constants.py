"""The objects of LOAD_COMMON_CONSTANT, by argument (CPython's `_common_constants`)."""

COMMON_CONSTANTS = (AssertionError, NotImplementedError, tuple, all, any, list, set, None, "", True, False, -1)
