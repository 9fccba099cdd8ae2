import logging
import sys
import warnings


class Handler(logging.Handler):
    def emit(self, record):
        print(record.levelname, record.getMessage(), record.funcName, record.lineno, record.filename, record.stack_info and "stack")


logger = logging.getLogger("guest")
logger.addHandler(Handler())
logger.setLevel("DEBUG")
logger.propagate = False


def logs():
    logger.info("from function %s", 1)
    helper()
    (lambda: logger.debug("from lambda"))()


def helper():
    logger.warning("one level up", stacklevel=2)
    try:
        1 / 0
    except ZeroDivisionError:
        logger.exception("with exception")


logs()
logger.error("module level", stack_info=True)


def warner(level):
    warnings.warn(f"level {level}", stacklevel=level)


def calls_warner(level):
    warner(level)


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for level in (1, 2, 3):
        calls_warner(level)
    list(map(warner, [1]))
    warnings.warn("direct", UserWarning)
    [warnings.warn("in comprehension") for _ in range(1)]
for w in caught:
    print(w.message, w.lineno, w.category.__name__, w.filename == __file__)
warnings.warn("to stderr")


def deprecated():
    warnings.warn("old", DeprecationWarning, stacklevel=2)


deprecated()


class Checker:
    @property
    def prop(self):
        warnings.warn("property", stacklevel=2)


Checker().prop
from collections import namedtuple

Point = namedtuple("Point", "x y")
print(Point.__module__, Point(1, 2))
import enum
import typing

print(enum.Enum("E", "A B").__module__, typing.NewType("N", int).__module__, typing.TypeVar("T").__module__)


def returns_its_frame():
    return sys._getframe()


def calls_it():
    return returns_its_frame()


def shows_the_stack(key):
    import functools
    import traceback

    frame = calls_it()
    print([(entry.name, entry.lineno) for entry in traceback.extract_stack(frame, 4)])
    print(functools.reduce(lambda a, b: [entry.name for entry in traceback.extract_stack(sys._getframe(), 3)], [1, 2]))
    return key


print(sorted([1], key=shows_the_stack))
