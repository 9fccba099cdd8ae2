"""The opcodes of each supported CPython: names, numbers and inline caches."""
