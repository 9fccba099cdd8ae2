import dataclasses
import functools
import typing


@dataclasses.dataclass
class Node:
    value: int
    children: list["Node"] = dataclasses.field(default_factory=lambda: [])
    parent: typing.Optional["Node"] = dataclasses.field(default=None, repr=False, compare=False)

    def add(self, value):
        child = Node(value, parent=self)
        self.children.append(child)
        return child

    def __iter__(self):
        yield self.value
        for child in self.children:
            yield from child

    @functools.cached_property
    def depth(self):
        return 1 + max((c.depth for c in self.children), default=0)

    def __getattr__(self, name):
        if name.startswith("child"):
            return self.children[int(name[5:])]
        raise AttributeError(f"no {name!r}")


root = Node(1)
root.add(2).add(3)
root.add(4)
print(list(root), root.depth, root.child0.child0.value, root)
print(dataclasses.asdict(root.child1 if False else Node(9)))
try:
    root.missing
except AttributeError as error:
    print(error)


@dataclasses.dataclass(order=True, unsafe_hash=True, match_args=False)
class Ver:
    major: int
    minor: int = 0

    @classmethod
    def parse(cls, text):
        return cls(*map(int, text.split(".")))

    def __str__(self):
        return f"{self.major}.{self.minor}"


print(sorted(map(Ver.parse, ["2.1", "1.9", "2.0"]))[0], str(max(Ver(1), Ver(0, 9))), Ver(1) <= Ver(1, 1), len({Ver(1), Ver(1, 0)}), hasattr(Ver, "__match_args__"))
Made = dataclasses.make_dataclass("Made", [("x", int), ("y", int, dataclasses.field(default=5))], namespace={"sum": lambda self: self.x + self.y}, bases=())
print(Made(1), Made(1).sum(), dataclasses.is_dataclass(Made), [f.name for f in dataclasses.fields(Made)])


@dataclasses.dataclass
class Base:
    a: int = 1

    def __post_init__(self):
        print("base post", self.a)


@dataclasses.dataclass
class Derived(Base):
    b: int = dataclasses.field(default=2, kw_only=True, metadata={"m": 1})

    def __post_init__(self):
        super().__post_init__()
        print("derived post", self.b)


print(Derived(5, b=6), dataclasses.fields(Derived)[1].metadata["m"], dataclasses.replace(Derived(), a=0))


@dataclasses.dataclass(slots=True)
class Slotted(Base):
    c: int = 3

    def method(self):
        try:
            return __class__.__name__, super().__repr__()
        except TypeError as error:
            return type(error).__name__, __class__ is type(self)


print(Slotted(), Slotted().method()[0])
try:
    Derived(1, 2)
except TypeError as error:
    print(error)


class Validated:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, obj, objtype=None):
        return 10 if obj is None else getattr(obj, self.name)

    def __set__(self, obj, value):
        if value < 0:
            raise ValueError("negative")
        setattr(obj, self.name, value)


@dataclasses.dataclass
class WithDescriptor:
    x: int = Validated()


print(WithDescriptor().x, WithDescriptor(3).x)
try:
    WithDescriptor(-1)
except ValueError as error:
    print(error)
