"""Frames of library code that calls the program, and that an ended generator's frame has as its caller."""

import contextlib
import gc
import inspect
import sys
import traceback

MODULE = sys._getframe().f_code


def look():
    frame = sys._getframe(1)
    print(frame.f_code.co_name, frame.f_lasti, frame.f_lineno, frame is sys._getframe(1), list(frame.f_locals))
    print([entry.name for entry in traceback.extract_stack(frame)[-3:]])
    print([found.f_code.co_name for found, _ in list(traceback.walk_stack(frame))[:3]])
    print([each.function for each in inspect.getouterframes(frame)[:3]])
    print([each.f_code.co_name for each in callers(frame)])
    return frame


def callers(frame):
    while frame is not None and frame.f_code is not MODULE:
        yield frame
        frame = frame.f_back


dead = contextlib.contextmanager(look)().gen
print(dead.f_code.co_name, dead.f_lasti, dead.f_lineno)


class Noisy:
    def __del__(self):
        print("deleted")


@contextlib.contextmanager
def failing():
    noisy = Noisy()
    try:
        yield
    except 0:
        pass


def run():
    with failing():
        raise KeyError


try:
    run()
except TypeError as error:
    kept = error
entries = kept.__traceback__
kept = None
innermost = entries
while innermost.tb_next:
    innermost = innermost.tb_next
print([each.f_code.co_name for each in callers(innermost.tb_frame)])
innermost = None
entries = None
print("let go")
gc.collect()
print("end")
