import sys
import threading


def in_thread():
    sys.exit(9)


t = threading.Thread(target=in_thread)
t.start()
t.join()
print("thread exited quietly")


def gen():
    try:
        yield 1
        sys.exit(7)
    finally:
        print("generator cleanup")


with open(__file__) as f:
    for item in sorted(gen(), key=lambda x: x):
        print("never")
