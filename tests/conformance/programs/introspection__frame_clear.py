import sys


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


def failing(argument):
    local = Noisy("local")
    nested = lambda: local  # noqa: E731
    raise ValueError("failing")


def attempt(clear):
    try:
        print(clear())
    except RuntimeError as error:
        print(type(error).__name__)


try:
    failing("argument")
except ValueError as error:
    frame = error.__traceback__.tb_next.tb_frame
print("caught", sorted(frame.f_locals))
attempt(frame.clear)
print("cleared", frame.f_locals)
attempt(sys._getframe().clear)


def generator(argument):
    attempt(sys._getframe().clear)
    yield 1
    yield 2


unstarted = generator("unstarted")
attempt(unstarted.gi_frame.clear)
print(list(unstarted), unstarted.gi_frame)
ended = generator("ended")
frame = ended.gi_frame
print(list(ended))
attempt(frame.clear)
print(frame.f_locals)
suspended = generator("suspended")
frame = suspended.gi_frame
next(suspended)
attempt(frame.clear)
print(list(suspended))
print([].clear(), {}.clear())
