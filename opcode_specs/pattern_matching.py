"""Tests and captures of `match` statements.

The subject stays on the stack; each test pushes what later tests need.
"""

from calcharo_vm.machine.matching import is_mapping, is_sequence, match_class, match_keys
from opcode_specs.dsl import CALLS, instruction


@instruction("sized -- sized, length", CALLS)
def GET_LEN():
    """Pushes the subject's length."""
    length = len(sized)


@instruction("subject, cls, names -- attributes", CALLS)
def MATCH_CLASS(oparg):
    """Pushes the attributes a class pattern names, the first `oparg` by position, or None if it does not match."""
    attributes = match_class(subject, cls, oparg, names)


@instruction("subject, keys -- subject, keys, values", CALLS)
def MATCH_KEYS():
    """Pushes the values of a mapping at the given keys, or None if one is missing."""
    values = match_keys(subject, keys)


@instruction("subject -- subject, matches")
def MATCH_MAPPING():
    """Tests whether the subject is a mapping."""
    matches = is_mapping(subject)


@instruction("subject -- subject, matches")
def MATCH_SEQUENCE():
    """Tests whether the subject is a sequence that patterns may take apart."""
    matches = is_sequence(subject)
