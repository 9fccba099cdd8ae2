class Awaitable:
    def __init__(self, *values):
        self.values = values

    def __await__(self):
        received = []
        for value in self.values:
            received.append((yield value))
        return received


async def child(n):
    got = await Awaitable(n, n + 1)
    print("child got", got)
    return sum(v for v in got if v)


async def parent():
    first = await child(1)
    try:
        second = await child(10)
    except ValueError as error:
        second = f"caught {error}"
    return first, second


c = parent()
print(c.send(None), c.send(5), c.send(6))
print(c.throw(ValueError("boom")) if False else "resume", c.cr_await.__name__, c.cr_running, c.cr_code.co_name)
try:
    c.throw(ValueError("boom"))
except StopIteration as stop:
    print(stop.value)
try:
    c.send(None)
except RuntimeError as error:
    print(error)


class Legacy:
    def __await__(self):
        return iter(["legacy"])


class Bad:
    def __await__(self):
        return 5


class BadCoroutine:
    def __await__(self):
        return child(1)


async def run(thing):
    return await thing


for thing in (Legacy(), Bad(), 5, None, BadCoroutine(), [1]):
    coroutine = run(thing)
    try:
        print(coroutine.send(None))
        coroutine.close()
    except TypeError as error:
        print(error)
c = child(3)
c.send(None)
c.close()
try:
    c.send(None)
except RuntimeError as error:
    print(error)
w = child(1).__await__()
print(type(w).__name__, next(w))
w.close()


async def nothing():
    pass


n = nothing()
again = nothing()


async def twice():
    await n
    await n


try:
    twice().send(None)
except RuntimeError as error:
    print(error)
again.close()
import types


@types.coroutine
def old_style():
    x = yield "from old"
    return x * 2


async def uses_old():
    return await old_style()


u = uses_old()
print(u.send(None))
try:
    u.send(21)
except StopIteration as stop:
    print(stop.value)
