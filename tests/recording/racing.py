"""A program whose threads take turns as often as they can, recorded in short chunks."""

import sys

import pytest

from calcharo_vm.recording import Recording, ops
from tests.recording.audit import record

SOURCE = """
import threading
mark, x = 1, {}
def work(k):
    for i in range(30):
        x[i] = k
        print(k, i)
        try: raise ValueError
        except ValueError: pass
threads = [threading.Thread(target=work, args=(k,)) for k in range(3)]
for each in threads: each.start()
for each in threads: each.join()
"""


def record_race(monkeypatch: pytest.MonkeyPatch, chunk_steps: int = 8) -> Recording:
    """Records it."""
    monkeypatch.setattr(ops, "CHUNK_STEPS", chunk_steps)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        return record(SOURCE)
    finally:
        sys.setswitchinterval(interval)
