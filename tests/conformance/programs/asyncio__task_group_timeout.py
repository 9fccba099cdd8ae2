import asyncio


async def fail(after, error):
    for _ in range(after):
        await asyncio.sleep(0)
    raise error


async def long():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("long cancelled")
        raise


async def main():
    async with asyncio.TaskGroup() as group:
        a = group.create_task(asyncio.sleep(0, "a"))
        b = group.create_task(asyncio.sleep(0, "b"))
    print(a.result(), b.result())
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail(1, ValueError("v")))
            group.create_task(long())
            group.create_task(fail(1, KeyError("k")))
    except* ValueError as eg:
        print("values", eg.exceptions)
    except* KeyError as eg:
        print("keys", eg.exceptions)
    try:
        async with asyncio.timeout(0.01):
            await long()
    except TimeoutError:
        print("timed out")
    shielded = asyncio.create_task(asyncio.sleep(0.01, "shielded"))
    outer = asyncio.ensure_future(asyncio.shield(shielded))
    await asyncio.sleep(0)
    outer.cancel()
    try:
        await outer
    except asyncio.CancelledError:
        print("outer cancelled", await shielded)

    def blocking(x):
        return x + 1

    print(await asyncio.to_thread(blocking, 41))
    async def producer():
        for i in range(3):
            yield i
            await asyncio.sleep(0)

    print([i async for i in producer()])
    print([await t for t in asyncio.as_completed([asyncio.sleep(0, 1)])])


asyncio.run(main())


async def raises():
    await fail(2, RuntimeError("out of run"))


try:
    asyncio.run(raises())
except RuntimeError as error:
    print(error)
