import functools

calls = []


@functools.lru_cache(maxsize=2)
def square(n):
    calls.append(n)
    return n * n


print([square(n) for n in (1, 2, 1, 3, 1)], calls, square.cache_info())
square.cache_clear()
print(square.cache_info().currsize, square.__wrapped__(5), square.__name__)


@functools.cache
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(50))


@functools.singledispatch
def show(value, extra=None):
    return f"object {value}"


@show.register
def _(value: int, extra=None):
    return f"int {value}"


@show.register(list)
@show.register(tuple)
def _(value, extra=None):
    return f"sequence {[show(v) for v in value]}"


print(show(1), show("x"), show([1, ("a",)]), show(True), show.dispatch(float) is show.registry[object])


class Formatter:
    @functools.singledispatchmethod
    def format(self, value):
        return f"default {value}"

    @format.register
    def _(self, value: str):
        return f"str {value}"

    @functools.cached_property
    def costly(self):
        calls.append("costly")
        return 10

    @functools.partialmethod
    def bound(self, a, b):
        return a, b

    half = functools.partialmethod(lambda self, a, b: (a, b), 1)


f = Formatter()
print(f.format(1), f.format("s"), f.costly, f.costly, calls.count("costly"), f.half(2))


@functools.total_ordering
class Version:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return self.n == other.n

    def __lt__(self, other):
        return self.n < other.n


a, b = Version(1), Version(2)
print(a <= b, a > b, a >= b, a != b, max(a, b).n)
add = functools.partial(lambda a, b, *, c=0: (a, b, c), 1, c=5)
print(add(2), add(3, c=7), add.args, add.keywords)
print(functools.reduce(lambda x, y: x * y, range(1, 6)), functools.reduce(lambda a, b: a + [b], "ab", []))
print(sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)))
try:
    functools.reduce(lambda a, b: a, [])
except TypeError as error:
    print(error)


@functools.wraps(square)
def wrapper(): ...


print(wrapper.__name__, functools.update_wrapper(lambda: 1, fib).__name__)
