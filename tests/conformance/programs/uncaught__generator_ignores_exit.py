import sys


def generator():
    try:
        yield 1
    except GeneratorExit:
        yield 2


async def coroutine(awaited):
    try:
        await awaited
    finally:
        await awaited


class Awaited:
    def __await__(self):
        yield 1


class Failing:
    def __del__(self):
        raise ValueError("in __del__")


def drop():
    made = generator()
    next(made)
    return [
        len("x"),
    ]


print(next(generator()))
drop()
Failing()
print(drop(), file=sys.stderr)
made = coroutine(Awaited())
made.send(None)
del made
print("end", file=sys.stderr)
