"""The text of an exception, as far as it can be had without running the program's own code."""

from types import FunctionType

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording.anatomy import class_attribute, class_name
from calcharo_vm.recording.layouts import exception_arguments, is_scalar


def message_of(error: BaseException) -> tuple[str, str]:
    """The name of an exception's class, and what `str()` gives when that runs no guest code.

    Where it would, the message is made of the arguments that can be shown.
    """
    name = class_name(type(error))
    arguments = exception_arguments(error)
    writer = class_attribute(type(error), "__str__")
    try:
        if type(writer) is not FunctionType and all(map(is_scalar, arguments)):
            return name, str(writer(error))  # type: ignore[operator]
        shown = [str(each) if is_scalar(each) else f"<{class_name(type(each))}>" for each in arguments]
    except Exception:  # such as for an int of too many digits
        return name, ""
    return name, ", ".join(shown)
