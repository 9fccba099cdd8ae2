# path: not compared (it traces)
import asyncio
import sys


def events_of(function, *arguments):
    found = []
    first = function.__code__.co_firstlineno

    def trace(frame, event, argument):
        if frame.f_code.co_filename != __file__:
            return None
        found.append((frame.f_lineno and frame.f_lineno - first, event))
        return trace

    sys.settrace(trace)
    try:
        function(*arguments)
    except ValueError as error:
        print("raised", error)
    finally:
        sys.settrace(None)
    print(function.__name__, [one for one in found if one[0] is not None])


def one_line_loops():
    for x in (1, 2): pass
    n = 3
    while n: n -= 1
    return [x for x in range(2)]


def nested_if(a, b):
    if a:
        if b:
            if a is b:
                return 1
    else:
        return 2


def match(subject):
    match subject:
        case 1:
            return "one"
        case [x, y]:
            return x
        case _:
            return None


def exceptions():
    for kind in (KeyError, ValueError):
        try:
            raise kind
        except KeyError as error:
            found = error
        except ValueError:
            pass
        finally:
            found = None
    try:
        1 / 0
    except:
        pass
    else:
        found = 1


def groups():
    try:
        raise ExceptionGroup("group", [KeyError(), TypeError()])
    except* KeyError:
        pass
    except* TypeError as error:
        found = error


def break_and_continue():
    while True:
        for x in (1, 2, 3):
            if x == 2:
                continue
            break
        else:
            return
        break


class Numbers:
    def __init__(self):
        self.left = 2

    def __iter__(self):
        return self

    def __next__(self):
        self.left -= 1
        if self.left < 0:
            raise StopIteration
        return self.left


def iterates_an_object():
    return [number for number in Numbers()]


def generator():
    try:
        yield 1
        yield 2
    finally:
        pass


def closes_a_generator():
    for x in generator():
        break
    made = generator()
    next(made)
    try:
        made.throw(ValueError("thrown"))
    except ValueError:
        pass


async def values():
    yield 1
    yield 2


async def consume():
    async for value in values():
        await asyncio.sleep(0)
    async with asyncio.Lock():
        return [value async for value in values()]


def drives():
    made = consume()
    while True:
        try:
            made.send(None)
        except StopIteration:
            return


def raises():
    with open(__file__):
        raise ValueError("at the end")


events_of(one_line_loops)
for pair in ((1, 1), (1, 2), (0, 1)):
    events_of(nested_if, *pair)
for subject in (1, [1, 2], None):
    events_of(match, subject)
events_of(exceptions)
events_of(groups)
events_of(break_and_continue)
events_of(iterates_an_object)
events_of(closes_a_generator)
events_of(drives)
events_of(raises)
