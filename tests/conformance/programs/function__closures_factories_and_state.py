def memoize(function):
    cache = {}

    def wrapper(*args):
        try:
            return cache[args]
        except KeyError:
            cache[args] = result = function(*args)
            return result

    wrapper.cache = cache
    return wrapper


@memoize
def paths(r, c):
    return 1 if not (r and c) else paths(r - 1, c) + paths(r, c - 1)


print(paths(6, 6), len(paths.cache))


def account(balance):
    history = []

    def deposit(n):
        nonlocal balance
        balance += n
        history.append(("d", n))
        return balance

    def withdraw(n):
        nonlocal balance
        if n > balance:
            raise ValueError(f"only {balance}")
        balance -= n
        history.append(("w", n))
        return balance

    return {"deposit": deposit, "withdraw": withdraw, "history": lambda: history[:]}


a, b = account(10), account(0)
print(a["deposit"](5), a["withdraw"](3), b["deposit"](1), a["history"](), b["history"]())
try:
    b["withdraw"](9)
except ValueError as error:
    print(error)


def compose(*functions):
    def composed(x):
        for function in reversed(functions):
            x = function(x)
        return x

    return composed


print(compose(str, lambda x: x + 1, abs)(-4))


def curry(f, n=None, *args):
    n = n if n is not None else f.__code__.co_argcount
    return f(*args) if n == 0 else lambda x: curry(f, n - 1, *args, x)


print(curry(lambda a, b, c: (a, b, c))(1)(2)(3))
Y = lambda f: (lambda x: x(x))(lambda x: f(lambda *args: x(x)(*args)))
print(Y(lambda self: lambda n: 1 if n < 2 else n * self(n - 1))(10))


def counter():
    counter.calls = getattr(counter, "calls", 0) + 1
    return counter.calls


counter(), counter()
print(counter.calls, counter.__dict__)


def make_class(base_value):
    class Made:
        def __init__(self):
            self.value = base_value

        def bump(self):
            nonlocal base_value
            base_value += 1
            return base_value

    return Made


M = make_class(5)
m = M()
print(m.bump(), M().value, m.value, M.bump.__closure__[0].cell_contents, M.__init__.__closure__[0] is M.bump.__closure__[0])


def late():
    def first():
        return second()

    def second():
        return "second"

    return first()


print(late(), (lambda *a, **k: (a, k))(1, x=2), (lambda: (lambda: (lambda: "deep")())())())


def swap(f):
    f.__defaults__, f.__kwdefaults__, f.__name__, f.__doc__ = (9,), {"k": 8}, "swapped", "doc"
    return f


@swap
def target(a, *, k):
    return a, k


print(target(), target.__name__, target.__doc__, target.__qualname__)
