import asyncio


async def leaf(n):
    await asyncio.sleep(0)
    raise ValueError(f"leaf {n}")


async def branch():
    async with asyncio.timeout(5):
        return [await leaf(i) async for i in numbers()]


async def numbers():
    for i in range(3):
        yield i


asyncio.run(branch())
