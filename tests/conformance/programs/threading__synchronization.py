import queue
import threading

log = []
lock = threading.RLock()
condition = threading.Condition()
ready = []


def consumer():
    with condition:
        while not ready:
            condition.wait(5)
        log.append(("consumed", ready.pop()))


t = threading.Thread(target=consumer)
t.start()
with condition:
    ready.append("item")
    condition.notify()
t.join()
print(log)
q, out = queue.Queue(), []


def worker():
    while (item := q.get()) is not None:
        out.append(item * item)
        q.task_done()


t = threading.Thread(target=worker)
t.start()
for i in range(4):
    q.put(i)
q.put(None)
t.join()
print(out)
results = {}


def recursive(n):
    with lock:
        return 1 if n == 0 else n * recursive(n - 1)


def run(name, n):
    results[name] = recursive(n)


threads = [threading.Thread(target=run, args=(f"t{i}", i), name=f"t{i}") for i in range(4)]
for t in threads:
    t.start()
    t.join()
print(results)
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(1) as pool:
    futures = [pool.submit(lambda n: n + 1, i) for i in range(3)]
    print([f.result() for f in futures], list(pool.map(lambda x: x * 2, range(3))))
    bad = pool.submit(lambda: 1 / 0)
    print(repr(bad.exception()))
event = threading.Event()
timer = threading.Timer(0.01, event.set)
timer.start()
print(event.wait(5), threading.current_thread().name, threading.current_thread() is threading.main_thread())
timer.join()
local = threading.local()


def set_local(value):
    local.x = value
    log.append(local.x)


for v in (1, 2):
    t = threading.Thread(target=set_local, args=(v,))
    t.start()
    t.join()
print(log[-2:], hasattr(local, "x"))


def gen_in_thread(g):
    log.append(next(g))


g = (i * 10 for i in range(3))
next(g)
t = threading.Thread(target=gen_in_thread, args=(g,))
t.start()
t.join()
print(log[-1], next(g))
