import sys


def stop(code):
    try:
        sys.exit(code)
    finally:
        print("cleanup")


try:
    stop(1)
except SystemExit as error:
    print("caught", error.code, error.args)
try:
    raise SystemExit
except SystemExit as error:
    print(error.code)
for code in (None, 0, "text", (1, 2)):
    try:
        stop(code)
    except BaseException as error:
        print(type(error).__name__, repr(error.code))
stop(300)
