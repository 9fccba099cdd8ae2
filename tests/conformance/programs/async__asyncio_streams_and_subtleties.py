import asyncio
import contextvars

var = contextvars.ContextVar("var", default="default")


async def child():
    before = var.get()
    var.set("child")
    return before, var.get()


async def main():
    var.set("main")
    print(await asyncio.create_task(child()), var.get(), await child(), var.get())
    loop = asyncio.get_running_loop()
    order = []
    loop.call_soon(order.append, 1)
    loop.call_later(0, order.append, 2)
    await asyncio.sleep(0.005)
    print(order)

    async def producer(q):
        for i in range(3):
            await q.put(i)
        await q.put(None)

    async def consumer(q):
        got = []
        while (item := await q.get()) is not None:
            got.append(item)
        return got

    q = asyncio.Queue(1)
    _, got = await asyncio.gather(producer(q), consumer(q))
    print(got)
    sem = asyncio.Semaphore(1)

    async def limited(n):
        async with sem:
            order.append(n)
            await asyncio.sleep(0)

    await asyncio.gather(*map(limited, "abc"))
    print(order[2:])
    reader = asyncio.StreamReader()
    reader.feed_data(b"line one\nline two\n")
    reader.feed_eof()
    print([line async for line in reader])
    try:
        async with asyncio.timeout(None):
            raise KeyError("inside")
    except KeyError as error:
        print(repr(error))
    results = [await f for f in asyncio.as_completed([asyncio.sleep(0, i) for i in (1,)])]
    print(results, asyncio.current_task().get_name().startswith("Task-"), len(asyncio.all_tasks()))
    task = asyncio.create_task(asyncio.sleep(1))
    task.cancel("message")
    try:
        await task
    except asyncio.CancelledError as error:
        print("cancelled", error.args)
    loop.set_exception_handler(lambda loop, context: print("handler", context["message"], repr(context["exception"])))
    loop.call_soon(lambda: 1 / 0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return asyncio.iscoroutinefunction(main) if False else "end"


print(asyncio.run(main()), var.get())
context = contextvars.copy_context()
print(context.run(lambda: (var.set("in context"), var.get())[1]), var.get(), context[var])


async def never_awaited():
    pass


import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    never_awaited()
print([str(w.message) for w in caught])
