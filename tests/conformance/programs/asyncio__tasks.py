import asyncio


async def worker(name, queue, results):
    while True:
        item = await queue.get()
        try:
            if item is None:
                return name
            await asyncio.sleep(0)
            results.append((name, item * item))
        finally:
            queue.task_done()


async def failing(n):
    await asyncio.sleep(0)
    raise ValueError(n)


async def slow():
    try:
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        print("cancelled")
        raise


async def main():
    queue, results = asyncio.Queue(), []
    for i in range(4):
        queue.put_nowait(i)
    for _ in range(2):
        queue.put_nowait(None)
    names = await asyncio.gather(*(worker(n, queue, results) for n in "ab"))
    print(names, sorted(r[1] for r in results))
    print(await asyncio.gather(failing(1), asyncio.sleep(0, "ok"), return_exceptions=True))
    try:
        await asyncio.wait_for(slow(), timeout=0.01)
    except TimeoutError as error:
        print("timeout", type(error).__name__)
    task = asyncio.create_task(failing(2))
    try:
        await task
    except ValueError as error:
        print("task failed", error, task.done(), task.cancelled())
    event, order = asyncio.Event(), []

    async def waiter(n):
        await event.wait()
        order.append(n)

    tasks = [asyncio.ensure_future(waiter(n)) for n in range(3)]
    await asyncio.sleep(0)
    event.set()
    await asyncio.wait(tasks)
    print(order)
    lock = asyncio.Lock()
    async with lock:
        print(lock.locked())
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_soon(lambda: future.set_result("soon"))
    print(await future)
    done = []
    task = asyncio.create_task(asyncio.sleep(0, 5))
    task.add_done_callback(lambda t: done.append(t.result()))
    await task
    await asyncio.sleep(0)
    print(done)
    return "main done"


print(asyncio.run(main()))
