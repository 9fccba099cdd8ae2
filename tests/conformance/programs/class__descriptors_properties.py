class Celsius:
    def __init__(self, degrees=0):
        self._degrees = degrees

    @property
    def degrees(self):
        """The degrees."""
        print("get")
        return self._degrees

    @degrees.setter
    def degrees(self, value):
        print("set", value)
        if value < -273:
            raise ValueError("too cold")
        self._degrees = value

    @degrees.deleter
    def degrees(self):
        print("delete")
        self._degrees = None

    fahrenheit = property(lambda self: self._degrees * 9 / 5 + 32)


c = Celsius(20)
c.degrees += 5
print(c.degrees, c.fahrenheit, Celsius.degrees.__doc__)
del c.degrees
try:
    c.degrees = -300
except ValueError as error:
    print(error)
for code in ("c.fahrenheit = 1", "del c.fahrenheit"):
    try:
        exec(code)
    except AttributeError as error:
        print(error)


class NonData:
    def __get__(self, instance, owner):
        return ("nondata", instance is None, owner.__name__)


class Holder:
    attribute = NonData()


h = Holder()
print(h.attribute, Holder.attribute)
h.__dict__["attribute"] = "instance wins"
print(h.attribute)


class Raises:
    @property
    def broken(self):
        return self.missing

    def __getattr__(self, name):
        return f"fallback {name}"


print(Raises().broken)


class Lazy:
    def __init__(self, function):
        self.function = function

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        value = instance.__dict__[self.name] = self.function(instance)
        return value


class Uses:
    @Lazy
    def computed(self):
        print("computing")
        return 42


u = Uses()
print(u.computed, u.computed)
print(Uses.__dict__["computed"].function.__qualname__, Celsius.__init__.__get__(c) is not None)
