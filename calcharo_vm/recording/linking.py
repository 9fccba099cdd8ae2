"""Links handlers that record: each instruction executes, then journals what it did.

What an instruction may do decides which kind of handler it gets. Most do nothing but push a value,
or take values and push one; these need little. The rest is settled in the general way. When an
instruction does not end in its own handler, because it calls, returns or raises, or when code of the
program has run meanwhile, the recorder goes on from there: something is pending.
"""

from calcharo_vm.host_builtins import __builtins__
from calcharo_vm.recording import plan
from calcharo_vm.recording.effect_handlers import EffectHandlers
from calcharo_vm.recording.effects import Effects
from calcharo_vm.recording.handlers import Handler, Pending
from calcharo_vm.recording.plan import Plan
from calcharo_vm.recording.settling import Settle
from calcharo_vm.recording.stack_handlers import StackHandlers
from calcharo_vm.recording.tape import Tape

_LEAVING = frozenset(
    {
        *("CALL", "CALL_KW", "CALL_FUNCTION_EX", "RETURN_VALUE", "RETURN_CONST", "RETURN_GENERATOR", "YIELD_VALUE"),
        *("RERAISE", "RAISE_VARARGS", "CLEANUP_THROW", "END_ASYNC_FOR"),
    }
)
"""Opcodes whose handlers may hand over to another frame, or raise by returning: by anything but None."""

_RETURNING = frozenset({"RETURN_VALUE", "RETURN_CONST", "RETURN_GENERATOR", "YIELD_VALUE"})
"""Opcodes whose handlers always hand over."""

_STACK_ONLY = frozenset({plan.NOTHING, plan.ITERATES})


class Linker:
    """Chooses and makes the handlers of one recorder."""

    def __init__(self, tape: Tape, effects: Effects, settle: Settle, pending: Pending) -> None:
        self._effects = effects
        self._stack = StackHandlers(tape, effects, settle, pending)
        self._effect = EffectHandlers(tape, effects, settle, pending)

    def link(self, known: Plan, index: int, handler: Handler) -> Handler:
        """The handler that executes and records an instruction."""
        row, depth, pushes = known.rows[index], known.depths[index], known.pushes[index]
        _word, pops, act, _detail = row
        opname = known.opnames[index]
        if act >= 0:
            return self._stack.storing(row, depth, handler)
        if act in _STACK_ONLY and opname not in _LEAVING:
            if pushes == 0:
                return self._stack.dropping(row, depth, handler) if pops else self._stack.passing(row, handler)
            if pushes == 1:
                if opname == "LOAD_CONST":
                    constant = known.code.co_consts[known.opargs[index]]
                    if id(type(constant)) in self._effects.shadow.scalars:
                        return self._stack.constant(row, constant, handler)
                return self._stack.replacing(row, depth, handler) if pops else self._stack.pushing(row, depth, handler)
            if pushes == 2 and not pops:
                return self._stack.pushing_two(row, depth, handler)
        if act == plan.BRANCH and pops and opname.startswith("POP_"):
            return self._stack.branching(row, depth, handler)
        if opname in _RETURNING:
            return self._effect.returning(handler)
        if opname == "CALL":
            return self._effect.calling(row, depth, handler)
        if act == plan.ADVANCE and opname == "FOR_ITER":
            return self._effect.advancing(row, depth, handler)
        if act in self._effects.harmless and pushes == 1:
            return self._effect.guarded(row, depth, handler)
        if act <= plan.PREPARED:
            return self._effect.prepared(row, depth, handler)
        return self._effect.general(row, depth, handler, can_leave=opname in _LEAVING)
