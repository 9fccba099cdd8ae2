import sys
import traceback


def lines(error):
    return [(f.name, f.lineno, f.line) for f in traceback.extract_tb(error.__traceback__)]


def a():
    b()


def b():
    try:
        c()
    except ValueError:
        raise


def c():
    raise ValueError("deep")


try:
    a()
except ValueError as error:
    print(lines(error))


def again():
    saved = None
    try:
        c()
    except ValueError as error:
        saved = error
    try:
        raise saved
    except ValueError as error:
        print(lines(error))
    raise saved.with_traceback(None)


try:
    again()
except ValueError as error:
    print(lines(error))


def through_finally():
    try:
        c()
    finally:
        x = 1


try:
    through_finally()
except ValueError as error:
    print(lines(error))
    tb = error.__traceback__
    while tb:
        print(tb.tb_frame.f_code.co_name, tb.tb_lineno, tb.tb_lasti > 0, tb.tb_frame.f_lineno)
        tb = tb.tb_next


def through_native():
    return sorted([3, 1], key=lambda x: c())


try:
    through_native()
except ValueError:
    print(traceback.format_exc())
    frame = sys.exc_info()[2].tb_next.tb_frame
    print(frame.f_code.co_name, sorted(frame.f_locals), frame.f_back.f_code.co_name)
try:
    list(c() for _ in [1])
except ValueError as error:
    print(lines(error))
try:
    [c() for _ in [1]]
except ValueError as error:
    print(lines(error))
try:
    (lambda: (lambda: c())())()
except ValueError as error:
    print(lines(error))


def gen():
    yield 1
    c()


try:
    for x in gen():
        pass
except ValueError as error:
    print(lines(error))
print(traceback.format_exc())
