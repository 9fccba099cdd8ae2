"""Variables of running frames, as library code finds them in the traceback of what is being handled."""

import sys
import traceback


def print_in_finally(x3, *, z4):
    try:
        x
    finally:
        traceback.print_exc(file=sys.stdout)


def report():
    traceback.print_exc(file=sys.stdout)
    entry = traceback.TracebackException(*sys.exc_info(), capture_locals=True).stack[0]
    print(list(entry.locals))


def print_in_a_function(value):
    spam = value
    try:
        spom
    except NameError:
        report()
        del spam
        report()


class Noisy:
    def __del__(self):
        print("deleted")


def let_go():
    noisy = Noisy()
    try:
        1 / 0
    except ZeroDivisionError:
        traceback.format_exc()
        del noisy
        print("after")


try:
    print_in_finally(0, z4=0)
except NameError:
    pass
print_in_a_function(3)
let_go()
