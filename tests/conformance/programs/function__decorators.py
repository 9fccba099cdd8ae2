import functools


def trace(function):
    print("decorating", function.__name__)

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        print("call", function.__name__, args, kwargs)
        result = function(*args, **kwargs)
        print("result", result)
        return result

    return wrapper


def times(n):
    print("factory", n)

    def decorate(function):
        print("times applied", n)

        def repeated(*args):
            return [function(*args) for _ in range(n)]

        return repeated

    return decorate


@times(2)
@trace
def add(a, b=1):
    "Adds."
    return a + b


print(add(1), add(2, 3))


class Register:
    items = {}

    def __call__(self, thing):
        self.items[thing.__name__] = thing
        return thing

    def __matmul__(self, other):
        return self


register = Register()


@register
class Thing:
    @register
    def method(self):
        return "m"

    @staticmethod
    @trace
    def static(x):
        return x * 2

    @classmethod
    def name(cls):
        return cls.__name__


print(sorted(Register.items), Thing.static(4), Thing().name())


@(lambda f: f())
def value():
    return "called at once"


print(value)


@[trace, times(1)][0]
def picked():
    return "picked"


picked()
print(picked.__name__, picked.__wrapped__.__name__, picked.__doc__)
