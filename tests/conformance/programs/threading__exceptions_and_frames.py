import sys
import threading
import traceback

results = []


def work():
    try:
        1 / 0
    except ZeroDivisionError:
        results.append((sys.exc_info()[0].__name__, [f.name for f in traceback.extract_tb(sys.exc_info()[2])]))
        event.set()
        done.wait(5)
        results.append(sys.exc_info()[0].__name__)


event, done = threading.Event(), threading.Event()
t = threading.Thread(target=work, name="exc")
t.start()
event.wait(5)
print(sys.exc_info(), t.is_alive())
done.set()
t.join()
print(results)
results.clear()


def frames():
    frame, names = sys._getframe(), []
    while frame:
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    results.append(names)


t = threading.Thread(target=frames)
t.start()
t.join()
print(results[0])
results.clear()
captured = []
threading.excepthook = lambda args: captured.append((args.exc_type.__name__, str(args.exc_value), [f.name for f in traceback.extract_tb(args.exc_traceback)][-2:]))


def fails():
    def deeper():
        raise LookupError("in thread")

    deeper()


for target in (fails, lambda: [][0], lambda: sys.exit(3)):
    t = threading.Thread(target=target)
    t.start()
    t.join()
print(captured)


class MyThread(threading.Thread):
    def __init__(self, n):
        super().__init__()
        self.n, self.result = n, None

    def run(self):
        self.result = sum(i for i in range(self.n))

    def join(self, timeout=None):
        super().join(timeout)
        return self.result


t = MyThread(10)
t.start()
print(t.join())
tls = threading.local()


class Local(threading.local):
    def __init__(self, start):
        print("local init", start)
        self.value = start


loc = Local(5)
loc.value += 1


def read():
    results.append(loc.value)


t = threading.Thread(target=read)
t.start()
t.join()
print(loc.value, results)
barrier_log = []
barrier = threading.Barrier(2, action=lambda: barrier_log.append("both"))
ts = [threading.Thread(target=barrier.wait) for _ in range(2)]
for t in ts:
    t.start()
for t in ts:
    t.join()
print(barrier_log)
