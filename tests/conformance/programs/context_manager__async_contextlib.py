import asyncio
import contextlib


@contextlib.asynccontextmanager
async def resource(name):
    print("open", name)
    await asyncio.sleep(0)
    try:
        yield name
    except KeyError as error:
        print("handled", error)
    finally:
        await asyncio.sleep(0)
        print("close", name)


@resource("decorating")
async def decorated():
    return "inside"


async def main():
    async with resource("a") as a, resource("b"):
        print("using", a)
    async with resource("c"):
        raise KeyError("swallowed")
    try:
        async with resource("d"):
            raise ValueError("passes")
    except ValueError as error:
        print(error)
    print(await decorated())
    async with contextlib.AsyncExitStack() as stack:
        names = [await stack.enter_async_context(resource(n)) for n in "xy"]
        stack.push_async_callback(asyncio.sleep, 0)
        stack.callback(print, "sync callback")
        print(names)
    async def gen():
        try:
            yield 1
            yield 2
        finally:
            print("gen closed")

    async with contextlib.aclosing(gen()) as g:
        async for x in g:
            break
    async with contextlib.nullcontext(7) as n:
        return n


print(asyncio.run(main()))
