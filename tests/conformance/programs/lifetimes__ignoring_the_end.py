"""Generators and coroutines that ignore being closed when they are dropped: what they wait for is closed, too."""

import gc
import warnings

gc.disable()
warnings.simplefilter("ignore")


class Pause:
    def __await__(self):
        try:
            return (yield 1)
        finally:
            print("pause over")


async def inner(n):
    try:
        await Pause()
    finally:
        print("inner over", n)


CODE = """
async def outer():
    n = 0
    while 1:
        n += 1
        try:
            await inner(n)
        finally:
            continue


def delegating():
    n = 0
    while 1:
        n += 1
        try:
            yield from sub(n)
        finally:
            continue
"""
exec(CODE)


def sub(n):
    try:
        yield
    finally:
        print("sub over", n)


waiting = outer()
waiting.send(None)
del waiting
print("coroutine dropped")
waiting = delegating()
next(waiting)
del waiting
print("generator dropped")
waiting = delegating()
next(waiting)
try:
    waiting.close()
except RuntimeError as error:
    print(error)
del waiting
print("generator closed and dropped")
