import inspect
import os
import sys


def names(frame, limit=4):
    found = []
    while len(found) < limit:
        found.append(frame.f_code.co_name)
        if found[-1] == "<module>":
            break
        frame = frame.f_back
    return found


def a():
    return b()


def b():
    return names(sys._getframe()), names(inspect.currentframe().f_back)


print(a())


class C:
    def method(self):
        frame = sys._getframe()
        return frame.f_code.co_qualname, frame.f_lineno, frame.f_locals["self"] is self, frame.f_globals is globals()

    here = names(sys._getframe())
    comprehension = [sys._getframe().f_code.co_name for _ in range(1)][0]


print(C().method(), C.here, C.comprehension)
print((lambda: names(sys._getframe()))(), [f() for f in [lambda: sys._getframe(1).f_code.co_name]])


def generator():
    yield names(sys._getframe())


print(next(generator()), list(generator()))
print(sorted([1], key=lambda x: print(names(sys._getframe()))))


class Dunder:
    def __len__(self):
        print(names(sys._getframe()))
        return 1

    def __getattr__(self, name):
        return names(sys._getframe(1))


def use():
    len(Dunder())
    return Dunder().x


print(use())


def stack():
    return [(os.path.basename(i.filename), i.function, i.lineno, i.code_context[0].strip(), i.index) for i in inspect.stack()[:2]]


print(stack())
frame = sys._getframe()
print(frame.f_code.co_name, frame.f_lineno, frame.f_locals is globals(), frame.f_builtins["len"] is len)
try:
    sys._getframe(1000)
except ValueError as error:
    print(error)
try:
    a.missing
except AttributeError:
    tb = sys.exc_info()[2]
    print(tb.tb_frame is frame, inspect.getinnerframes(tb)[0].lineno, inspect.getframeinfo(frame).function)


def leave():
    return sys._getframe()


left = leave()
print(left.f_back is None, left.f_locals, left.f_code is leave.__code__)
left.clear()
