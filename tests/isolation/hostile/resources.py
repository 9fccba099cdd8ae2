"""Programs that never end, take all memory, write without end, or end their process."""

HANGS = {
    "loop": "while True: pass",
    "loop_that_catches": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "loop_in_finally": "try:\n    while True: pass\nfinally:\n    while True: pass",
    "generator": "def g():\n    while True:\n        try: yield\n        except BaseException: pass\nfor _ in g(): pass",
    "finaliser": "class C:\n    def __del__(self):\n        while True: pass\nC()",
    "exit": "class E(BaseException):\n    def __str__(self):\n        while True: pass\nraise SystemExit(E())",
    "power": "10 ** 10 ** 10",
    "factorial": "import math; math.factorial(10 ** 8)",
    "root": "import decimal; decimal.getcontext().prec = 10 ** 7; decimal.Decimal(2).sqrt()",
    "number_from_text": "import sys; sys.set_int_max_str_digits(0); int('7' * 10 ** 7)",
    "regular_expression": "import re; re.match('(a+)+$', 'a' * 60 + 'b')",
    "sleep": "import time; time.sleep(1000)",
    "sleep_that_catches": "import time\nwhile True:\n    try: time.sleep(1000)\n    except BaseException: pass",
    "select": "import select, os; select.select([os.pipe()[0]], [], [])",
    "read": "import os; os.read(os.pipe()[0], 1)",
    "lock": "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "queue": "import queue; queue.Queue().get()",
    "pause": "import signal; signal.pause()",
    "event_loop": "import asyncio; asyncio.new_event_loop().run_forever()",
    "thread": "import threading, time\nthreading.Thread(target=lambda: time.sleep(1000)).start()",
    "thread_loop": "import threading\ndef f():\n    while True: pass\nthreading.Thread(target=f).start()",
    "max": "import itertools; max(itertools.count())",
    "sum": "sum(range(10 ** 12))",
    "cycle": "import itertools; 3 in itertools.cycle([1, 2])",
    "any": "any(iter(int, 1))",
    "range": "0.5 in range(10 ** 15)",
    "hash": "import hashlib; hashlib.pbkdf2_hmac('sha256', b'', b'', 10 ** 9)",
    "lattice_hash": "x = ()\nfor _ in range(60): x = (x, x)\nhash(x)",
    "lattice_equal": "x, y = [], []\nfor _ in range(60): x, y = [x, x], [y, y]\nx == y",
    "permutations": "import collections, itertools; collections.deque(itertools.permutations(range(20)), maxlen=0)",
    "signals_ignored": """
import signal
for number in signal.valid_signals():
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: pass
""",
    "signals_blocked": "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\nwhile True: pass",
    "collector": "import gc\nclass C:\n    def __del__(self): self.me = self; C()\ngc.disable()\nwhile True: C(); gc.collect()",
}

MEMORY = {
    "text": "x = 'x' * (400 << 20); print('DID')",
    "huge_text": "x = 'x' * (700 << 20); print('DID')",
    "bytes": "x = bytes(range(256)) * (400 << 12); print('DID')",
    "bytearray": "x = bytearray(b'x') * (400 << 20); print('DID')",
    "list": "x = [0] * (50 << 20); print('DID')",
    "appending": "x = []\nfor n in range(400): x.append(bytes([n % 256]) * (1 << 20))\nprint('DID')",
    "growing_text": "x = ''\nfor n in range(25): x += 'x' * (16 << 20)\nprint('DID')",
    "swallowing": """
x = []
for n in range(400):
    try: x.append(b'x' * (1 << 20))
    except MemoryError: pass
if len(x) == 400: print('DID')
""",
    "dictionary": "x = dict.fromkeys(range(4 << 20)); print('DID')",
    "set": "x = set(range(4 << 20)); print('DID')",
    "deque": "import collections, itertools; x = collections.deque(itertools.repeat(1, 50 << 20)); print('DID')",
    "array": "import array; x = array.array('q', [1]) * (50 << 20); print('DID')",
    "join": "x = ','.join(['x' * 1000] * (400 << 10)); print('DID')",
    "format": "x = format(1, f'0{400 << 20}d'); print('DID')",
    "replace": "x = ('x' * (1 << 16)).replace('x', 'y' * 6400); print('DID')",
    "pad": "x = 'x'.ljust(400 << 20); print('DID')",
    "tabs": "x = '\\t'.expandtabs(400 << 20); print('DID')",
    "shift": "x = 1 << (8 * (400 << 20)); print('DID')",
    "unpack": "import zlib; x = zlib.decompress(zlib.compress(bytes(400 << 20), 1)); print('DID')",
    "map": "import mmap; x = mmap.mmap(-1, 400 << 20)\nfor at in range(0, 400 << 20, 4096): x[at] = 1\nprint('DID')",
    "buffer": "import ctypes; x = (ctypes.c_char * (400 << 20))(); ctypes.memset(x, 1, 400 << 20); print('DID')",
    "cycles": "import gc; gc.disable()\nfor _ in range(400):\n    x = [bytearray(b'x') * (1 << 20)]; x.append(x)\nprint('DID')",
    "string_buffer": "import io; x = io.BytesIO()\nfor _ in range(400): x.write(b'x' * (1 << 20))\nprint('DID')",
}

FLOODS = {
    "print": "while True: print('x' * 1000)",
    "errors": "import sys\nwhile True: print('x' * 1000, file=sys.stderr)",
    "file_1": "import os\nwhile True: os.write(1, b'x' * 1000)",
    "file_2": "import os\nwhile True: os.write(2, b'x' * 1000)",
    "first_output": "import sys\nwhile True: sys.__stdout__.write('x' * 1000)",
    "libc": "import ctypes; c = ctypes.CDLL(None)\nwhile True: c.write(1, b'x' * 1000, 1000)",
    "ignoring": "while True:\n    try: print('x' * 1000)\n    except BaseException: pass",
}

CRASHES = {
    "exit_0": "import os; os._exit(0)",
    "exit_3": "import os; os._exit(3)",
    "exit_in_c": "import ctypes; ctypes.CDLL(None)._exit(0)",
    "abort": "import os; os.abort()",
    "null": "import ctypes; ctypes.string_at(0)",
    "write_to_null": "import ctypes; ctypes.memset(0, 1, 1)",
    "kill": "import os; os.kill(os.getpid(), 9)",
    "terminate": "import os; os.kill(os.getpid(), 15)",
    "segmentation_fault": "import os; os.kill(os.getpid(), 11)",
    "raise": "import signal; signal.raise_signal(signal.SIGUSR1)",
    "alarm": "import signal, time; signal.setitimer(signal.ITIMER_REAL, 0.01); time.sleep(1)",
    "cpu": "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
}
