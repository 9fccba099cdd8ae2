print("second starts")
from . import first

name = "second"
print("second ends", hasattr(first, "name"))


def describe():
    return f"{name} knows {first.name}"
