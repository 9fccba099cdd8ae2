class Field:
    def __set_name__(self, owner, name):
        print("set_name", owner.__name__, name)
        self.name = "_" + name

    def __get__(self, instance, owner):
        if instance is None:
            return self
        return instance.__dict__.get(self.name, "unset")

    def __set__(self, instance, value):
        print("set", self.name, value)
        instance.__dict__[self.name] = value

    def __delete__(self, instance):
        print("delete", self.name)
        del instance.__dict__[self.name]


class Plugin:
    registry = []

    def __init_subclass__(cls, /, label=None, **kwargs):
        super().__init_subclass__(**kwargs)
        print("init_subclass", cls.__name__, label)
        cls.registry.append(cls)
        cls.label = label or cls.__name__.lower()


class One(Plugin, label="first"):
    size = Field()
    color = Field()


class Two(One):
    size = Field()


one = One()
print(one.size)
one.size = 3
print(one.size, vars(one), One.size is One.__dict__["size"])
del one.size
print(one.size, [c.label for c in Plugin.registry])
try:

    class Three(Plugin, unknown=1):
        pass

except TypeError as error:
    print(error)


class Exploding:
    def __set_name__(self, owner, name):
        raise ValueError("in set_name")


try:

    class Four:
        bad = Exploding()

except (RuntimeError, ValueError) as error:
    print(type(error).__name__, error, getattr(error, "__notes__", None), repr(error.__cause__))


class Generic:
    def __class_getitem__(cls, item):
        return f"{cls.__name__}[{item}]"


print(Generic[int], Generic[1, 2])
