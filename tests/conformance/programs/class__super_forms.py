class Base:
    value = "base value"

    def method(self, x=0):
        return f"Base.method({x})"

    @property
    def prop(self):
        return "base prop"

    def __getitem__(self, key):
        return f"base[{key}]"

    def __repr__(self):
        return "Base()"


class Child(Base):
    value = "child value"

    def method(self, x=1, *args):
        return "Child>" + super().method(x)

    def attribute(self):
        return super().value, super(Child, self).value, super().prop

    @property
    def prop(self):
        return "child " + super().prop

    def bound(self):
        m = super().method
        return m(9), m.__self__ is self

    def nested(self):
        def inner():
            return super(Child, self).method(2)

        return inner(), [super(Child, self).method(i) for i in range(1)]

    def in_comprehension(self):
        try:
            return [super().method(i) for i in range(2)]
        except TypeError as error:
            return str(error)

    def in_generator(self):
        try:
            return list(super().method(i) for i in range(1))
        except TypeError as error:
            return str(error)

    def item(self):
        return super().__getitem__("k")

    def rebound(self):
        this = self
        self = None
        try:
            return super().method()
        except (TypeError, RuntimeError, AttributeError) as error:
            return str(error)

    def no_first(*args):
        return super().method() if args else None

    def deleted(self):
        del self
        try:
            super().method()
        except (RuntimeError, UnboundLocalError) as error:
            return str(error)

    def missing(self):
        return super().nothing

    def repr_(self):
        return super().__repr__(), repr(super()).replace("__main__.", "").split(",")[0]

    @classmethod
    def cm(cls):
        return super().__name__ if hasattr(super(), "__name__") else "none", super().method

    @staticmethod
    def sm():
        return super()

    def unbound_forms(self):
        one = super(Child)
        return one.__get__(self, Child).method(3), one.__thisclass__.__name__, one.__self__


c = Child()
print(c.method(), c.attribute(), c.prop, c.bound(), c.nested())
print(c.in_comprehension(), c.in_generator(), c.item(), c.rebound(), c.deleted(), c.repr_())
print(c.cm()[0], c.cm()[1].__name__, c.unbound_forms())
for call in (Child.sm, c.missing, lambda: super(Child, 5), lambda: super(5, c), lambda: super(Base, Child)):
    try:
        print(call())
    except (RuntimeError, AttributeError, TypeError) as error:
        print(type(error).__name__, error)


class Cooperative(Child):
    def method(self, **kwargs):
        kwargs.setdefault("x", 7)
        return "Coop>" + super().method(**kwargs)

    def __setattr__(self, name, value):
        super().__setattr__(name, value * 2)


k = Cooperative()
k.n = 4
print(k.method(), k.n, Cooperative().method(x=1))


def shadow():
    class Shadow(Base):
        def f(self):
            super = lambda: "shadowed"
            return super()

    return Shadow().f()


print(shadow())
