import asyncio


async def agen(log):
    try:
        while True:
            try:
                x = yield len(log)
                log.append(x)
            except ValueError as error:
                log.append(str(error))
            await asyncio.sleep(0)
    finally:
        await asyncio.sleep(0)
        log.append("closed")


async def early_exit(log):
    async for v in agen(log):
        if v == 2:
            return v


async def main():
    log = []
    g = agen(log)
    print(await g.asend(None), await g.asend("a"), await g.athrow(ValueError("v")), log)
    await g.aclose()
    await g.aclose()
    print(log)
    try:
        await g.athrow(KeyError("after close"))
    except (KeyError, StopAsyncIteration) as error:
        print(repr(error))
    log = []
    print(await early_exit(log))
    g = agen([])
    pending = g.asend(None)
    print(type(pending).__name__, await pending)
    try:
        await pending
    except RuntimeError as error:
        print(error)
    await g.aclose()

    async def yields_in_finally():
        try:
            yield 1
        finally:
            yield 2

    h = yields_in_finally()
    await anext(h)
    try:
        await h.aclose()
    except RuntimeError as error:
        print(error)

    async def delegating(source):
        async for x in source:
            yield x * 2

    async def numbers():
        for i in range(3):
            yield i

    print([x async for x in delegating(delegating(numbers()))])
    print([[y async for y in numbers() if y] async for x in numbers() if x > 1], {x: [z async for z in numbers()] async for x in numbers()})
    gen = (x async for x in numbers() if await asyncio.sleep(0, x))
    print(type(gen).__name__, [x async for x in gen], [await asyncio.sleep(0, x) for x in range(2)])
    print([x for x in [await asyncio.sleep(0, 1)]], [x async for x in numbers()][::-1])

    async def concurrent():
        yield await asyncio.sleep(0, "x")

    c = concurrent()
    first, second = c.asend(None), c.asend(None)
    task = asyncio.ensure_future(anext(c))
    print(await task)
    first.close()
    second.close()
    await c.aclose()


asyncio.run(main())
