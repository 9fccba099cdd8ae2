# requires: 3.14
import annotationlib

log = []


def note(value):
    log.append(value)
    return value


def f(a: note("a"), b: note("b") = 1) -> note("r"):
    pass


print(log)
print(f.__annotations__, log)
print(f.__annotations__, log)


class Base:
    x: note("x")
    if True:
        y: note("y") = 1
    for i in range(2):
        z: note(f"z{i}")


print(Base.__annotations__, log[3:])


class Child(Base):
    w: Self
    T = int
    t: T
    lam: (lambda: T)

    def method(self, p: T) -> __class__: ...


try:
    Child.__annotations__
except NameError as error:
    print(error)
Self = "module self"
print(Child.__annotations__["t"], Child.__annotations__["w"], Child.method.__annotate__.__qualname__)
print(Child.__annotate__.__name__, type(Child.__annotate__).__name__, f.__annotate__(annotationlib.Format.VALUE))
try:
    f.__annotate__(annotationlib.Format.STRING)
except NotImplementedError as error:
    print("not implemented", error)
print(annotationlib.get_annotations(f, format=annotationlib.Format.STRING))
f.__annotations__ = {"replaced": 1}
print(f.__annotate__, f.__annotations__)
f.__annotate__ = lambda format: {"format": int(format)}
print(f.__annotations__)


def generic[T: note("bound")](x: T) -> list[T]: ...


print(log[-1], generic.__annotations__["x"], generic.__type_params__[0].__bound__, log[-1])
m: note("module")
print(__annotate__(1)["m"], "m" in globals()["__annotate__"](2) if False else True)
import dataclasses


@dataclasses.dataclass
class D:
    a: Later = 1
    b: int = 2


Later = int
print(D(), D.__annotations__, [f.type if isinstance(f.type, type) else "forward" for f in dataclasses.fields(D)])
