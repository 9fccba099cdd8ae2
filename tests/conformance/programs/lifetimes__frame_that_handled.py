"""A frame that handled an exception ends like any other: what its locals held is gone at once."""

import weakref


class Holder:
    def plain(self, value):
        try:
            weakref.ref("no weak references to strings")
        except TypeError:
            pass
        return value

    def raising(self, value):
        try:
            raise ValueError
        except ValueError as error:
            kept = error
        del kept
        return value

    def passing(self, value):
        try:
            self.failing(value)
        except KeyError:
            return value

    def failing(self, value):
        raise KeyError(value)

    def generating(self, value):
        try:
            yield {}["missing"]
        except KeyError:
            yield value


def show(name):
    def value():
        return name

    reference = weakref.ref(value)
    result = getattr(Holder(), name)(value)
    if name == "generating":
        print(next(result) is value)
    del result
    del value
    print(name, reference())


for name in ("plain", "raising", "passing", "generating"):
    show(name)
