print("first starts")
from . import second

name = "first"
print("first ends")


def describe():
    return f"{name} knows {second.name}"
