"""Constants, and instructions that do nothing but move what is on the stack."""

from __future__ import annotations

import sys
from types import CodeType
from typing import TYPE_CHECKING

import attrs

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.machine.constants import COMMON_CONSTANTS
from calcharo_vm.machine.values import Null
from calcharo_vm.recording import ops
from calcharo_vm.tiers.compiled.templates.functions import begin_function
from calcharo_vm.tiers.compiled.templates.objects import give_constant
from calcharo_vm.tiers.compiled.templates.registry import Template, registering
from calcharo_vm.tiers.compiled.values import SCALARS, Value
from calcharo_vm.tiers.compiled.written import Declined

if TYPE_CHECKING:
    from calcharo_vm.tiers.compiled.path_writer import PathWriter

TEMPLATES: dict[str, Template] = {}
template = registering(TEMPLATES)

_POPPED = {"POP_ITER": 2 if sys.version_info >= (3, 15) else 1}


@template("LOAD_CONST")
def load_const(writer: PathWriter) -> None:
    """Pushes a constant of the code object: that very object."""
    constant = writer.subject.plan.code.co_consts[writer.oparg]
    if not (type(constant) is CodeType and begin_function(writer, constant)):
        _give_constant(writer, "constant", constant)


@template("LOAD_COMMON_CONSTANT")
def load_common_constant(writer: PathWriter) -> None:
    """Pushes a constant of the interpreter: that very object."""
    if COMMON_CONSTANTS[writer.oparg] is AssertionError:
        writer.give(writer.permanent(AssertionError))
        return
    _give_constant(writer, "common", COMMON_CONSTANTS[writer.oparg])


@template("LOAD_SMALL_INT")
def load_small_int(writer: PathWriter) -> None:
    """Pushes a small number, of which there is one object each."""
    _give_constant(writer, "small", writer.oparg)  # Python warns of `is` with a literal


def _give_constant(writer: PathWriter, kind: str, constant: object) -> None:
    if type(constant) not in SCALARS:
        give_constant(writer, constant)
        return
    writer.give(Value(writer.subject.constant(f"{kind}_{writer.oparg}", constant), type(constant)))


@template("NOP", "NOT_TAKEN", "RESUME", "PRECALL")
def pass_by(writer: PathWriter) -> None:
    """Does nothing; between KW_NAMES and a call, that tells of it."""
    if writer.going_back is None:
        writer.end()


@template("POP_TOP", "POP_ITER")
def pop_top(writer: PathWriter) -> None:
    """Drops a value, or an iterator and its position."""
    if writer.is_handled(writer.peek_any(1)):
        writer.let_go_of(writer.take())  # the handler keeps it
    else:
        writer.use(_POPPED.get(writer.opname, 1), is_end=writer.opname == "POP_ITER")
    writer.end("0")


@template("COPY")
def copy(writer: PathWriter) -> None:
    """Pushes a value from further down once more."""
    value = attrs.evolve(writer.peek_any(writer.oparg), is_owned=False)
    writer.give(value)


@template("SWAP")
def swap(writer: PathWriter) -> None:
    """Exchanges the top of the stack with a value from further down."""
    if writer.oparg > ops.MOST_PUSHES:
        raise Declined
    values = writer.swap(writer.oparg)
    writer.end(str(writer.oparg), *(value.word for value in values))


@template("PUSH_NULL")
def push_null(writer: PathWriter) -> None:
    """Pushes NULL, where a call may have the receiver of a method."""
    writer.give(Value("NULL", Null))
