"""NULL: the absence of a value, on the value stack and in the slots of unbound locals."""

from typing import Final, final

from calcharo_vm.host_builtins import __builtins__


@final
class Null:
    """Is the type of NULL, CPython's null pointer among guest values; no guest code ever sees it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "NULL"

    def __reduce__(self) -> str:
        return "NULL"


NULL: Final = Null()
