from dataclasses import asdict, astuple, dataclass, field, fields, replace, InitVar
from typing import ClassVar


@dataclass(order=True)
class Item:
    name: str
    price: float = 1.0
    tags: list = field(default_factory=list, compare=False, repr=False)
    count: ClassVar[int] = 0
    doubled: float = field(init=False)
    factor: InitVar[int] = 2

    def __post_init__(self, factor):
        self.doubled = self.price * factor
        type(self).count += 1

    @property
    def total(self):
        return self.price + self.doubled


a, b = Item("a", 3.0), Item("b")
print(a, b, a < b, a == Item("a", 3.0), Item.count, a.total)
print(asdict(b), astuple(b), [f.name for f in fields(Item)])
print(replace(a, name="c", factor=5), sorted([b, a]))
try:
    Item()
except TypeError as error:
    print(error)


@dataclass(frozen=True, slots=True)
class Frozen:
    x: int
    y: int = 0


f = Frozen(1)
try:
    f.x = 2
except AttributeError as error:
    print(type(error).__name__, error)
print(hash(f) == hash(Frozen(1)), {f: 1}[Frozen(1)], Frozen.__slots__)


@dataclass(kw_only=True)
class Child(Item):
    extra: str = "e"

    def describe(self):
        return f"{super().total} {self.extra}"


print(Child("n", 2.0, extra="z"), Child("n", extra="q").describe())
match Frozen(3, 4):
    case Frozen(x, y):
        print("matched", x, y)
try:

    @dataclass
    class Bad:
        a: int = 1
        b: list = []

except ValueError as error:
    print(error)
try:

    @dataclass
    class Order:
        a: int = 1
        b: int

except TypeError as error:
    print(error)
