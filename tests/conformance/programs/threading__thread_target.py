import threading

results = []
lock = threading.Lock()


def work(number, factor=1):
    total = 0
    for i in range(number):
        total += i * factor
    with lock:
        results.append(total)


threads = [threading.Thread(target=work, args=(n,), kwargs={"factor": 2}) for n in range(3)]
for thread in threads:
    thread.start()
    thread.join()
print(results)


class Worker(threading.Thread):
    def run(self):
        results.append(self.name)


worker = Worker(name="w")
worker.start()
worker.join()
print(results, worker.is_alive())
local = threading.local()
local.x = 1


def peek():
    results.append(hasattr(local, "x"))


thread = threading.Thread(target=peek)
thread.start()
thread.join()
print(results[-1], local.x)
