"""Programs that start processes, or do something to one: they say that they did, or the victim ends."""

PROCESSES = {
    "fork": "import os\nif os.fork() == 0: os._exit(0)\nprint('DID')",
    "forkpty": "import os\npid, _ = os.forkpty()\nif pid == 0: os._exit(0)\nprint('DID')",
    "run": "import subprocess; subprocess.run(['true'], check=True); print('DID')",
    "shell": "import subprocess; subprocess.run('true', shell=True, check=True); print('DID')",
    "system": "import os\nif os.system('true') == 0: print('DID')",
    "popen": "import os\nif 'DID' in os.popen('echo DID').read(): print('DID')",
    "posix_spawn": "import os; os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0); print('DID')",
    "multiprocessing": """
import multiprocessing
p = multiprocessing.get_context('fork').Process(target=int); p.start(); p.join()
if p.exitcode == 0: print('DID')
""",
    "libc_fork": "import ctypes, os\npid = ctypes.CDLL(None).fork()\nif pid == 0: os._exit(0)\nif pid > 0: print('DID')",
    "clone": """
import ctypes, os, signal
number = {'x86_64': 56, 'aarch64': 220}[os.uname().machine]
pid = ctypes.CDLL(None).syscall(number, signal.SIGCHLD, 0, 0, 0, 0)
if pid == 0: os._exit(0)
if pid > 0: print('DID')
""",
    "exec": "import os; os.execv('/bin/sh', ['sh', '-c', 'echo DID'])",
    "exec_interpreter": "import os, sys; os.execv(sys.executable, [sys.executable, '-c', 'print(\"DID\")'])",
    "daemon": """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(2)
        os._exit(0)
    os._exit(0)
os.wait(); print('DID')
""",
    "fork_bomb": """
import os, time
for _ in range(20):
    if os.fork() == 0:
        time.sleep(1); os._exit(0)
print('DID')
""",
}

KILLS = {
    "kill": "import os; os.kill(VICTIM, 9)",
    "terminate": "import os; os.kill(VICTIM, 15)",
    "group": "import os; os.killpg(os.getpgid(VICTIM), 9)",
    "pidfd": "import os, signal; signal.pidfd_send_signal(os.pidfd_open(VICTIM), 9)",
    "libc": "import ctypes; ctypes.CDLL(None).kill(VICTIM, 9)",
    "queue": "import ctypes; ctypes.CDLL(None).sigqueue(VICTIM, 9, None)",
    "thread": """
import ctypes, os
number = {'x86_64': 234, 'aarch64': 131}[os.uname().machine]
ctypes.CDLL(None).syscall(number, VICTIM, VICTIM, 9)
""",
    "command": "import subprocess; subprocess.run(['sh', '-c', f'kill -9 {VICTIM}'])",
}

MEDDLES = {
    "name": "import os; os.kill(VICTIM, 0); print('DID')",
    "limit": "import resource; resource.prlimit(VICTIM, resource.RLIMIT_CORE); print('DID')",
    "priority": "import os; os.setpriority(os.PRIO_PROCESS, VICTIM, 5); print('DID')",
    "affinity": "import os; os.sched_setaffinity(VICTIM, os.sched_getaffinity(0)); print('DID')",
    "trace": "import ctypes\nif ctypes.CDLL(None).ptrace(16, VICTIM, None, None) == 0: print('DID')",
    "memory": """
import ctypes
class Vector(ctypes.Structure): _fields_ = [('base', ctypes.c_void_p), ('length', ctypes.c_size_t)]
start = int(next(line for line in open(f'/proc/{VICTIM}/maps') if '[stack]' in line).split('-')[0], 16)
end = int(next(line for line in open(f'/proc/{VICTIM}/maps') if '[stack]' in line).split('-')[1].split()[0], 16)
buffer = ctypes.create_string_buffer(64)
here, there = Vector(ctypes.addressof(buffer), 64), Vector(end - 64, 64)
if ctypes.CDLL(None).process_vm_readv(VICTIM, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) > 0: print('DID')
""",
    "list": "import os\nif str(VICTIM) in os.listdir('/proc'): print('DID')",
    "status": "print('DID' if open(f'/proc/{VICTIM}/status').read() else '')",
}
