import asyncio
import collections.abc
import functools
import inspect
import types


async def coro(x):
    await asyncio.sleep(0)
    return x


async def agen():
    yield 1


def gen():
    yield 1


c, a, g = coro(1), agen(), gen()
print(type(c).__name__, type(a).__name__, type(g).__name__, inspect.iscoroutine(c), inspect.isasyncgen(a), inspect.isawaitable(c), inspect.isawaitable(g))
print(isinstance(c, collections.abc.Coroutine), isinstance(a, collections.abc.AsyncGenerator), isinstance(g, collections.abc.Generator), inspect.getcoroutinestate(c))
print(coro.__code__.co_flags & inspect.CO_COROUTINE != 0, inspect.iscoroutinefunction(coro), inspect.isasyncgenfunction(agen), asyncio.iscoroutine(c))
print(c.cr_code.co_name, c.cr_frame.f_locals, c.cr_origin, a.ag_code.co_name, repr(c).split(" at ")[0])
c.close()
print(inspect.getcoroutinestate(c), c.cr_frame)
for bad in ("iter(c)", "next(c)", "list(coro(1))", "c + 1", "[x for x in agen()]", "sum(agen())"):
    try:
        eval(bad)
    except TypeError as error:
        print(bad, "->", error)


@types.coroutine
def legacy():
    return (yield from asyncio.sleep(0, "legacy").__await__())


def wrap(function):
    @functools.wraps(function)
    async def inner(*args):
        print("before", args)
        try:
            return await function(*args)
        finally:
            print("after")

    return inner


@wrap
async def wrapped(x):
    return x * 2


class Async:
    def __init__(self, n):
        self.n = n

    async def method(self):
        return await coro(self.n)

    @staticmethod
    async def static():
        return "static"

    @classmethod
    async def make(cls):
        return cls(await coro(9))

    @property
    async def prop(self):
        return await self.method() + 1

    def __await__(self):
        return self.method().__await__()

    async def __call__(self):
        return "called"


async def main():
    print(await legacy(), await wrapped(4), await Async(1).method(), await Async.static(), (await Async.make()).n, await Async(3).prop, await Async(5), await Async(0)())
    coros = [coro(i) for i in range(3)]
    print([await c for c in coros], await (lambda: coro("lambda"))(), await functools.partial(coro, "partial")())
    print({k: await coro(k) for k in "ab"}, [await coro(x) async for x in agen()], (await coro(1)) + (await coro(2)), await coro(await coro("nested")))
    print(f"{await coro('in f-string')}", [i for i in await coro([1, 2])], await coro(0) or await coro("or"), (await coro(5) if await coro(True) else await coro(6)))

    async def inner_class():
        class Local:
            value = "class body"

        return Local.value

    try:
        exec("class X:\n  await coro(1)")
    except SyntaxError as error:
        print(error.msg)
    return await coro({"k": await coro("v")})


try:
    print(asyncio.run(main()))
except SyntaxError as error:
    print(error)
