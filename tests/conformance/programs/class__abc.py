from abc import ABC, ABCMeta, abstractmethod


class Shape(ABC):
    @abstractmethod
    def area(self):
        """Area."""
        return 0

    @property
    @abstractmethod
    def name(self): ...

    @classmethod
    def __subclasshook__(cls, other):
        if cls is Shape and any("draw_shape" in b.__dict__ for b in other.__mro__):
            return True
        return NotImplemented


class Square(Shape):
    def __init__(self, side):
        self.side = side

    def area(self):
        return super().area() + self.side**2

    name = "square"


try:
    Shape()
except TypeError as error:
    print(error)


class Half(Shape):
    name = "half"


try:
    Half()
except TypeError as error:
    print(error)
s = Square(3)
print(s.area(), s.name, isinstance(s, Shape), sorted(Shape.__abstractmethods__))


class Drawable:
    def draw_shape(self): ...


print(issubclass(Drawable, Shape), isinstance(Drawable(), Shape), issubclass(int, Shape))


@Shape.register
class Virtual:
    pass


print(isinstance(Virtual(), Shape), Virtual.__mro__ == (Virtual, object))


class Meta2(ABCMeta):
    def __new__(mcls, *args, **kwargs):
        print("Meta2", args[0])
        return super().__new__(mcls, *args, **kwargs)


class Other(metaclass=Meta2):
    @staticmethod
    @abstractmethod
    def s(): ...


print(Other.__abstractmethods__ == frozenset({"s"}))
from collections.abc import Mapping, MutableSequence, Sized


class Seq(MutableSequence):
    def __init__(self):
        self.items = []

    def __getitem__(self, i):
        return self.items[i]

    def __setitem__(self, i, v):
        self.items[i] = v

    def __delitem__(self, i):
        del self.items[i]

    def __len__(self):
        return len(self.items)

    def insert(self, i, v):
        self.items.insert(i, v)


q = Seq()
q.append(1)
q.extend([2, 3])
q += [4]
q.reverse()
print(list(q), q.pop(), 3 in q, q.index(2), q.count(9), isinstance(q, Sized), issubclass(Seq, Mapping))
