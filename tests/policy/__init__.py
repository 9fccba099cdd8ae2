"""Tests for calcharo_vm/policy."""
