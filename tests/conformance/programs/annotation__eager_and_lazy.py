x: int = 1
y: "str"
z: list[undefined_later] if False else int = 3


class C:
    a: int
    b: str = "b"
    c: "C"

    def method(self, p: int, *args: str, q: float = 1.0, **kw: bytes) -> "C":
        local: undefined_name = 5
        target: int
        (paren): int = 1
        self.attr: int = 2
        return local, paren


print(C.__annotations__, C().method(1), C.method.__annotations__)
holder = {}
holder["k"]: int = 5
print(holder)


def f(a: 1 + 1, b: print("annotation evaluated") = None, *, c: (lambda: 5)() = 2) -> {"return": 1}:
    pass


print("defined")
print(f.__annotations__)
import sys

if sys.version_info >= (3, 14):
    import annotationlib

    def g(a: missing, b: int): ...

    try:
        g.__annotations__
    except NameError as error:
        print(error)
    print(annotationlib.get_annotations(g, format=annotationlib.Format.FORWARDREF)["b"])
    print(annotationlib.get_annotations(g, format=annotationlib.Format.STRING))
    missing = str
    print(g.__annotations__, __annotate__(1).keys(), C.__annotate__(1).keys())
else:
    print(sorted(__annotations__))


def outer(n):
    class Inner:
        field: n
        other: [n for _ in range(2)]

    def func(p: n): ...

    return Inner.__annotations__, func.__annotations__


print(outer(int))
for i in range(2):
    if i:
        conditional: int = i
import typing

print(typing.get_type_hints(C.method)["p"], typing.get_type_hints(C)["c"] is C)
