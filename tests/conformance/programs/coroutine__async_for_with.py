class Steps:
    def __init__(self, limit):
        self.n, self.limit = 0, limit

    def __aiter__(self):
        return self

    async def __anext__(self):
        await pause(f"next {self.n}")
        self.n += 1
        if self.n > self.limit:
            raise StopAsyncIteration
        return self.n


class Manager:
    def __init__(self, name, suppress=False):
        self.name, self.suppress = name, suppress

    async def __aenter__(self):
        await pause(f"enter {self.name}")
        return self.name

    async def __aexit__(self, kind, error, tb):
        await pause(f"exit {self.name} {error!r}")
        return self.suppress


class pause:
    def __init__(self, what):
        self.what = what

    def __await__(self):
        yield self.what


def run(coroutine):
    while True:
        try:
            print("   ", coroutine.send(None))
        except StopIteration as stop:
            return stop.value
        except Exception as error:
            return repr(error)


async def loop():
    async for i in Steps(3):
        if i == 2:
            continue
        print("item", i)
    else:
        print("else")
    async for i in Steps(5):
        if i == 2:
            break
    else:
        print("not printed")
    return i


async def managed():
    async with Manager("a") as a, Manager("b", suppress=True) as b:
        print(a, b)
        raise ValueError("inside")
    print("suppressed")
    async with Manager("c"):
        return "returned through"


async def failing():
    async with Manager("x"):
        async for i in Steps(1):
            async with Manager("y"):
                raise KeyError(i)


async def comprehensions():
    a = [i async for i in Steps(3)]
    b = {i: j async for i in Steps(2) for j in "a"}
    c = {i async for i in Steps(2) if i > 1}
    d = [x async for x in (i * 2 async for i in Steps(2))]
    e = [await value(i) for i in range(2)]
    f = [[j async for j in Steps(i)] async for i in Steps(2)]
    return a, b, c, d, e, f


async def value(i):
    await pause("value")
    return i * 10


print(run(loop()))
print(run(managed()))
print(run(failing()))
print(run(comprehensions()))


class NotAsync:
    def __aiter__(self):
        return 5

    def __anext__(self):
        return 5


async def wrong(which):
    if which == 0:
        async for i in [1]:
            pass
    elif which == 1:
        async for i in NotAsync():
            pass
    elif which == 2:
        async with open:
            pass
    elif which == 3:
        [i async for i in 5]
    else:
        with Manager("sync"):
            pass


for which in range(5):
    print(run(wrong(which)))
