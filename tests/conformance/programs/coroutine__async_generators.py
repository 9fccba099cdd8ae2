import sys


class pause:
    def __init__(self, what):
        self.what = what

    def __await__(self):
        return (yield self.what)


def run(coroutine):
    value = None
    while True:
        try:
            value = coroutine.send(value)
            print("   ", value)
        except StopIteration as stop:
            return stop.value
        except (Exception, GeneratorExit) as error:
            return repr(error)


async def ticker(n):
    try:
        for i in range(n):
            try:
                got = yield i
                if got:
                    print("got", got)
            except ValueError as error:
                print("caught", error)
                yield "recovered"
            await pause(f"tick {i}")
    finally:
        await pause("cleanup")
        print("finally")


async def consume():
    async for x in ticker(2):
        print("x", x)
    g = ticker(3)
    print(await g.asend(None), await g.asend("hello"))
    print(await g.athrow(ValueError("v")))
    await g.aclose()
    try:
        await g.asend(None)
    except StopAsyncIteration as stop:
        print("stopped", stop.args)
    print(await anext(ticker(1)), await anext(ticker(0), "default"))
    h = ticker(1)
    print(h.__name__, h.ag_running, h.ag_code.co_name, h.ag_frame is not None, type(h).__name__)
    await h.aclose()
    return "done"


hooks = sys.get_asyncgen_hooks()
sys.set_asyncgen_hooks(firstiter=lambda g: print("first", g.__name__), finalizer=lambda g: print("final", g.__name__))
print(run(consume()))


async def abandoned():
    yield 1
    yield 2


async def leave():
    async for x in abandoned():
        break
    return "left"


print(run(leave()))
sys.set_asyncgen_hooks(*hooks)


async def returns():
    if False:
        yield
    return


async def raises_stop():
    yield 1
    raise StopAsyncIteration("x")


async def check():
    print([x async for x in returns()])
    try:
        print([x async for x in raises_stop()])
    except RuntimeError as error:
        print(error, repr(error.__cause__))
    g = raises_stop()
    try:
        await g.asend("not none")
    except TypeError as error:
        print(error)


print(run(check()))
