"""The instruction set of CPython 3.11 to 3.15: one definition per opcode, families by file.

The family files are a DSL in Python's syntax: `tools/generate` reads them with `ast` and writes
what `calcharo_vm` imports.
They are never executed.
See `docs/guides/add-an-opcode.md` for the rules.
"""
