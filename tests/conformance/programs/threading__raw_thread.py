# path: not compared on 3.11 (threads started by _thread are not traced there)
results = []
import _thread

lock = _thread.allocate_lock()
lock.acquire()
_thread.start_new_thread(lambda l: (results.append("raw"), l.release()), (lock,))
lock.acquire()
print(results[-1])
