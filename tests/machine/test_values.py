"""Tests for calcharo_vm/machine/values.py: NULL is one, however it is copied."""

import copy
import pickle

from calcharo_vm.machine import NULL


def test_null_stays_itself() -> None:
    assert repr(NULL) == "NULL"
    assert copy.deepcopy([NULL])[0] is NULL
    assert pickle.loads(pickle.dumps(NULL)) is NULL
