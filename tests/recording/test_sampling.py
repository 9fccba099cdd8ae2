"""Tests for calcharo_vm/recording/sampling.py."""

import os

import psutil
import pytest

from calcharo_vm.recording import sampling
from calcharo_vm.recording.sampling import _resident_bytes, read_from, sample


def test_a_sample_is_what_psutil_says() -> None:
    resident, seconds = sample()
    known = psutil.Process().memory_info().rss

    assert abs(resident - known) < 50_000_000
    assert abs(_resident_bytes("/nowhere") - known) < 50_000_000
    assert seconds > 0


def test_a_file_that_is_open_already_will_do_and_so_will_the_most_there_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "_kept", [])
    file = os.open("/proc/self/statm", os.O_RDONLY)
    known = psutil.Process().memory_info().rss
    read_from(file)

    assert abs(_resident_bytes("/nowhere") - known) < 50_000_000

    os.close(file)

    assert _resident_bytes("/nowhere") > known // 2
