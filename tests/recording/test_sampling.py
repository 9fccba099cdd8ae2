"""Tests for calcharo_vm/recording/sampling.py."""

import psutil

from calcharo_vm.recording.sampling import _resident_bytes, sample


def test_a_sample_is_what_psutil_says() -> None:
    resident, seconds = sample()
    known = psutil.Process().memory_info().rss

    assert abs(resident - known) < 50_000_000
    assert abs(_resident_bytes("/nowhere") - known) < 50_000_000
    assert seconds > 0
