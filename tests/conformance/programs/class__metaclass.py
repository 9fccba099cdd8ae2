class Meta(type):
    @classmethod
    def __prepare__(mcls, name, bases, **kwargs):
        print("prepare", name, [b.__name__ for b in bases], kwargs)
        return {"prepared": True}

    def __new__(mcls, name, bases, namespace, **kwargs):
        print("new", name, [k for k in namespace if not k.startswith("__")])
        return super().__new__(mcls, name, bases, namespace)

    def __init__(cls, name, bases, namespace, **kwargs):
        print("init", name, kwargs)
        super().__init__(name, bases, namespace)

    def __call__(cls, *args, **kwargs):
        print("call", cls.__name__, args)
        return super().__call__(*args, **kwargs)

    def __instancecheck__(cls, instance):
        return instance == "magic" or super().__instancecheck__(instance)

    def __subclasscheck__(cls, sub):
        return sub is int or super().__subclasscheck__(sub)

    def __getattr__(cls, name):
        return f"meta {name}"

    def __iter__(cls):
        return iter([cls.__name__])

    def __contains__(cls, item):
        return item == 1

    @property
    def shout(cls):
        return cls.__name__.upper()

    def __repr__(cls):
        return f"<{cls.__name__}>"


class Base(metaclass=Meta, option=1):
    x = 1


class Child(Base, other="o"):
    def __init__(self, value):
        self.value = value


c = Child(5)
print(isinstance("magic", Child), isinstance(c, Base), issubclass(int, Child), issubclass(str, Base))
print(Child.anything, list(Child), 1 in Child, Child.shout, Child.prepared, type(Child) is Meta, Child)


def function_meta(name, bases, namespace, **kwargs):
    print("function metaclass", name, bases, kwargs)
    return (name, sorted(k for k in namespace if k == "y"))


class NotAClass(metaclass=function_meta, z=1):
    y = 1


print(NotAClass)
try:

    class Conflict(Base, metaclass=type("Other", (type,), {})):
        pass

except TypeError as error:
    print(error)
print(Meta("Dynamic", (Base,), {"q": 1}).q)
