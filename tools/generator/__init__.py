"""The generator: reads `opcode_specs/` and writes what the package imports."""
