import atexit
import sys

atexit.register(print, "atexit ran", "late")


@atexit.register
def last():
    print("atexit function")


print("out")
print("err", file=sys.stderr)
sys.exit()
