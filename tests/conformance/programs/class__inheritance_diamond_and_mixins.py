class Root:
    def __init__(self, **kwargs):
        print("Root", sorted(kwargs))
        super().__init__()

    def visit(self):
        return ["Root"]


class Left(Root):
    def __init__(self, left=1, **kwargs):
        print("Left", left)
        super().__init__(**kwargs)
        self.left = left

    def visit(self):
        return ["Left", *super().visit()]


class Right(Root):
    def __init__(self, right=2, **kwargs):
        print("Right", right)
        super().__init__(**kwargs)
        self.right = right

    def visit(self):
        return ["Right", *super().visit()]


class Bottom(Left, Right):
    def __init__(self, *args, **kwargs):
        print("Bottom")
        super().__init__(*args, **kwargs)

    def visit(self):
        return ["Bottom"] + super().visit()


b = Bottom(10, right=20, extra=30)
print(b.visit(), [c.__name__ for c in Bottom.mro()], b.left, b.right)


class ReprMixin:
    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in sorted(vars(self).items()))})"


class EqMixin:
    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self):
        return hash(tuple(sorted(vars(self).items())))


class Item(ReprMixin, EqMixin):
    def __init__(self, a, b="x"):
        self.a, self.b = a, b


print(Item(1), Item(1) == Item(1), Item(1) != Item(2), len({Item(1), Item(1)}), Item(1) == 5)


class CountingDict(dict):
    def __init__(self, *args, **kw):
        self.reads = 0
        super().__init__(*args, **kw)

    def __getitem__(self, key):
        self.reads += 1
        return super().__getitem__(key)


c = CountingDict(a=1)
print(c["a"] + c["a"], c.reads, c.get("a"), c.reads)


class Err(ValueError, KeyError):
    def __init__(self, code):
        super().__init__(code, "extra")
        self.code = code


try:
    raise Err(5)
except KeyError as error:
    print(error.args, error.code, [x.__name__ for x in type(error).__mro__[:3]])
for attempt in ("class X(Left, Root, Right): pass", "class X(Root, Left): pass"):
    try:
        exec(attempt)
        print("fine")
    except TypeError as error:
        print(str(error).splitlines()[0])


class Interface:
    def run(self):
        raise NotImplementedError(f"{type(self).__name__} must implement run")


class Impl(Interface):
    pass


try:
    Impl().run()
except NotImplementedError as error:
    print(error)
print(isinstance(b, (Left, str)), issubclass(Bottom, Root), Bottom.__base__.__name__, super(Left, b).visit(), Root.visit(b))
