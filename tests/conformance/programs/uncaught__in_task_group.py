import asyncio


async def job(n):
    await asyncio.sleep(0)
    if n % 2:
        raise ValueError(f"job {n}")
    return n


async def main():
    async with asyncio.TaskGroup() as group:
        for n in range(3):
            group.create_task(job(n))


asyncio.run(main())
