"""Programs that ask the kernel for more than a program needs, and say that they got it."""

_CALL = """
import ctypes, os
def call(x86_64, aarch64, *arguments):
    given = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return ctypes.CDLL(None).syscall({'x86_64': x86_64, 'aarch64': aarch64}[os.uname().machine], *given)
"""

KERNEL = {
    "user_namespace": "import ctypes\nif ctypes.CDLL(None).unshare(0x10000000) == 0: print('DID')",
    "mount": """
import ctypes
c = ctypes.CDLL(None)
if c.unshare(0x10020000) == 0 and c.mount(b'x', b'/tmp', b'tmpfs', 0, None) == 0: print('DID')
""",
    "new_root": "import ctypes, os\nctypes.CDLL(None).unshare(0x10000000)\nos.chroot('/'); print('DID')",
    "shared_memory": """
import ctypes
c = ctypes.CDLL(None); number = c.shmget(0, 4096, 0o600)
if number >= 0: c.shmctl(number, 0, None); print('DID')
""",
    "named_shared_memory": """
from multiprocessing import shared_memory
made = shared_memory.SharedMemory(create=True, size=10); made.close(); made.unlink(); print('DID')
""",
    "message_queue": """
import ctypes
c = ctypes.CDLL(None); number = c.msgget(0, 0o600)
if number >= 0: c.msgctl(number, 0, None); print('DID')
""",
    "semaphores": """
import ctypes
c = ctypes.CDLL(None); number = c.semget(0, 1, 0o600)
if number >= 0: c.semctl(number, 0, 0); print('DID')
""",
    "file_in_memory": "import os; os.memfd_create('x'); print('DID')",
    "watch_files": "import ctypes\nif ctypes.CDLL(None).inotify_init() >= 0: print('DID')",
    "personality": "import ctypes\nif ctypes.CDLL(None).personality(0x0040000) >= 0: print('DID')",
    "landlock": _CALL + "if call(444, 444, None, 0, 1) > 0: print('DID')",
    "compare_processes": _CALL + "if call(312, 272, os.getpid(), os.getpid(), 2, 0, 0) == 0: print('DID')",
    "filter": _CALL + "if call(317, 277, 2, 0, ctypes.byref(ctypes.c_uint(0x7fff0000))) == 0: print('DID')",
    "privileges": "import resource; resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)\n"
    "if resource.getrlimit(resource.RLIMIT_CORE)[0]: print('DID')",
    "many_files": "import os; files = [os.open('/dev/null', os.O_RDONLY) for _ in range(400)]; print('DID')",
    "large_file": "f = open('large', 'wb'); f.seek(100 << 20); f.write(b'x'); f.flush(); print('DID')",
    "fill_disk": "f = open('large', 'wb')\nfor _ in range(100): f.write(bytes(1 << 20))\nf.flush(); print('DID')",
    "readable_core": "import ctypes\nif ctypes.CDLL(None).prctl(4, 1, 0, 0, 0) == 0: print('DID')",
    "survive_parent": "import ctypes\nif ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0: print('DID')",
}
