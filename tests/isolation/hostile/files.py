"""Programs that read what they should not (their output has the secret), or change files outside of their folder."""

LEAKS = {
    "open": "print(open(OUTSIDE + '/secret').read())",
    "os_open": "import os; print(os.read(os.open(OUTSIDE + '/secret', os.O_RDONLY), 100))",
    "pathlib": "import pathlib; print(pathlib.Path(OUTSIDE, 'secret').read_text())",
    "file_io": "import io; print(io.FileIO(OUTSIDE + '/secret').read())",
    "mmap": "import mmap; f = open(OUTSIDE + '/secret'); print(mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)[:])",
    "copy": "import shutil; shutil.copy(OUTSIDE + '/secret', 'mine'); print(open('mine').read())",
    "symlink": "import os; os.symlink(OUTSIDE + '/secret', 'link'); print(open('link').read())",
    "symlinked_folder": "import os; os.symlink(OUTSIDE, 'folder'); print(open('folder/secret').read())",
    "own_root": "print(open('/proc/self/root' + OUTSIDE + '/secret').read())",
    "victims_root": "print(open(f'/proc/{VICTIM}/root{OUTSIDE}/secret').read())",
    "victims_folder": "print(open(f'/proc/{VICTIM}/cwd/secret').read())",
    "victims_environment": "print(open(f'/proc/{VICTIM}/environ').read())",
    "all_environments": """
import glob
for name in glob.glob('/proc/[0-9]*/environ'):
    try: print(open(name).read())
    except OSError: pass
""",
    "victims_words": "print(open(f'/proc/{VICTIM}/cmdline').read())",
    "environment": "import os; print(dict(os.environ))",
    "environment_in_c": "import ctypes; c = ctypes.CDLL(None); c.getenv.restype = ctypes.c_char_p; print(c.getenv(b'SECRET'))",
    "open_file": "import os; print(os.pread(FD, 100, 0))",
    "any_open_file": """
import os
for number in range(3, 1024):
    try: print(os.pread(number, 100, 0))
    except OSError: pass
""",
    "libc_open": """
import ctypes
c = ctypes.CDLL(None); buffer = ctypes.create_string_buffer(100)
c.read(c.open((OUTSIDE + '/secret').encode(), 0), buffer, 99); print(buffer.value)
""",
    "libc_fopen": """
import ctypes
c = ctypes.CDLL(None); c.fopen.restype = ctypes.c_void_p; buffer = ctypes.create_string_buffer(100)
file = c.fopen((OUTSIDE + '/secret').encode(), b'r')
if file: c.fgets(buffer, 99, ctypes.c_void_p(file)); print(buffer.value)
""",
    "system_call": """
import ctypes, os
number = {'x86_64': 257, 'aarch64': 56}[os.uname().machine]
print(os.read(ctypes.CDLL(None).syscall(number, -100, (OUTSIDE + '/secret').encode(), 0), 100))
""",
    "linecache": "import linecache; print(linecache.getlines(OUTSIDE + '/secret'))",
    "tokenize": "import tokenize; print(tokenize.open(OUTSIDE + '/secret').read())",
    "fileinput": "import fileinput; print(list(fileinput.input(OUTSIDE + '/secret')))",
    "tar": "import tarfile; t = tarfile.open('t', 'w'); t.add(OUTSIDE); t.close(); print(open('t', 'rb').read())",
    "list": "import os; print(os.listdir(OUTSIDE))",
    "scan": "import os; print([entry.name for entry in os.scandir(OUTSIDE)])",
    "walk": "import os; print(list(os.walk(OUTSIDE)))",
    "glob": "import glob; print(glob.glob(OUTSIDE + '/*'))",
    "import": "import sys; sys.path.insert(0, OUTSIDE); import secret_module",
    "run_path": "import runpy; runpy.run_path(OUTSIDE + '/secret_module.py')",
    "relative": "print(open('../' * 40 + OUTSIDE.lstrip('/') + '/secret').read())",
    "chdir": "import os; os.chdir(OUTSIDE); print(open('secret').read())",
    "dir_fd": "import os; d = os.open(OUTSIDE, os.O_PATH); print(os.read(os.open('secret', os.O_RDONLY, dir_fd=d), 100))",
    "cat": "import subprocess; print(subprocess.run(['cat', OUTSIDE + '/secret'], capture_output=True).stdout)",
    "exec_cat": "import os; os.execvp('cat', ['cat', OUTSIDE + '/secret'])",
    "spawn_cat": "import os; os.waitpid(os.posix_spawn('/bin/cat', ['cat', OUTSIDE + '/secret'], {}), 0)",
    "memory_of_victim": """
import re
for line in open(f'/proc/{VICTIM}/maps'):
    found = re.match(r'(\\w+)-(\\w+) rw.* \\[stack\\]', line)
    if found:
        memory = open(f'/proc/{VICTIM}/mem', 'rb'); start, end = (int(part, 16) for part in found.groups())
        memory.seek(start); text = memory.read(end - start)
        print(re.findall(rb'SECRET=[\\w=]+', text))
""",
}

CHANGES = {
    "write": "open(OUTSIDE + '/new', 'w').write('x')",
    "append": "open(OUTSIDE + '/secret', 'a').write('x')",
    "os_open": "import os; os.open(OUTSIDE + '/new', os.O_CREAT | os.O_WRONLY)",
    "folder": "import os; os.mkdir(OUTSIDE + '/new')",
    "symlink": "import os; os.symlink('/', OUTSIDE + '/new')",
    "hard_link": "import os; os.link(OUTSIDE + '/secret', OUTSIDE + '/new')",
    "rename": "import os; os.rename(OUTSIDE + '/secret', OUTSIDE + '/new')",
    "remove": "import os; os.unlink(OUTSIDE + '/secret')",
    "remove_all": "import shutil; shutil.rmtree(OUTSIDE)",
    "truncate": "import os; os.truncate(OUTSIDE + '/secret', 0)",
    "mode": "import os; os.chmod(OUTSIDE + '/secret', 0)",
    "times": "import os; os.utime(OUTSIDE + '/secret', (1, 1))",
    "copy": "import shutil; shutil.copy(__import__('os').__file__, OUTSIDE + '/new')",
    "temporary": "import tempfile; tempfile.mkdtemp(dir=OUTSIDE)",
    "database": "import sqlite3; sqlite3.connect(OUTSIDE + '/new').execute('create table t (a)')",
    "libc_creat": "import ctypes; ctypes.CDLL(None).creat((OUTSIDE + '/new').encode(), 0o600)",
    "touch": "import subprocess; subprocess.run(['touch', OUTSIDE + '/new'])",
    "pathlib": "import pathlib; pathlib.Path(OUTSIDE, 'new').touch()",
    "fifo": "import os; os.mkfifo(OUTSIDE + '/new')",
    "socket": "import socket; socket.socket(socket.AF_UNIX).bind(OUTSIDE + '/new')",
    "zip": "import zipfile; zipfile.ZipFile(OUTSIDE + '/new', 'w').close()",
    "log": "import logging; logging.basicConfig(filename=OUTSIDE + '/new'); logging.error('x')",
    "through_a_link": "import os; os.symlink(OUTSIDE, 'out'); open('out/new', 'w').write('x')",
    "library": "import os; open(os.path.dirname(os.__file__) + '/' + NAME, 'w').write('x')",
    "working_folder_of_victim": "open(f'/proc/{VICTIM}/cwd/new', 'w').write('x')",
}
