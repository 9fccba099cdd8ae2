"""Where frames are while they call, and where exceptions of what they called passed them."""

import sys


def fail(depth=1):
    print(sys._getframe(1).f_lasti, sys._getframe(0).f_lasti)
    raise KeyError


class Made:
    def __init__(self):
        fail()

    def __add__(self, other):
        fail()

    @property
    def value(self):
        fail()


def caught(call):
    try:
        call()
    except KeyError as error:
        entry = error.__traceback__
        while entry is not None:
            print(entry.tb_frame.f_code.co_name, entry.tb_lasti, entry.tb_frame.f_lasti)
            entry = entry.tb_next


def keywords():
    fail(depth=3)


def through_library():
    list(map(lambda _: fail(), [1]))


def through_star():
    fail(*[1])


def generating():
    yield fail()


def delegating():
    yield from generating()


def in_handler():
    try:
        fail()
    finally:
        print("finally")


caught(fail)
caught(keywords)
caught(Made)
caught(through_library)
caught(through_star)
caught(lambda: Made.__new__(Made) + 1)
caught(lambda: Made.__new__(Made).value)
caught(lambda: list(generating()))
caught(lambda: next(delegating()))
caught(in_handler)
caught(lambda: [fail() for _ in range(1)])
