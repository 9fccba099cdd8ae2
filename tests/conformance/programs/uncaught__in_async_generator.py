import asyncio


async def source():
    for i in (2, 1, 0):
        yield 10 / i
        await asyncio.sleep(0)


async def double(items):
    async for item in items:
        yield item * 2


async def main():
    try:
        return [x async for x in double(source()) if x]
    finally:
        print("finally in main")


def run():
    with asyncio.Runner() as runner:
        return runner.run(main())


run()
