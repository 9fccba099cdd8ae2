import dis
import inspect
import io
import sys
from contextlib import redirect_stdout

GLOBAL = 1


def outer(free):
    def inner(argument):
        return print(GLOBAL, free, argument, unbound)

    return inner


def generator():
    yield 1


async def coroutine():
    return [x async for x in generator()]


class Holder:
    def method(self):
        return GLOBAL

    @staticmethod
    def static():
        return len


def shown(call, *arguments, **named):
    stream = io.StringIO()
    with redirect_stdout(stream):
        result = call(*arguments, **named)
    text = stream.getvalue() or str(result)
    return [" ".join(line.split(" at 0x")[0].split()) for line in text.splitlines()]


print(inspect.getclosurevars(outer(5)))
print(inspect.getclosurevars(Holder().method))
print(shown(dis.dis, outer(1)))
print(shown(dis.dis, Holder))
print(shown(dis.dis, generator()))
made = coroutine()
print(shown(dis.dis, made))
made.close()
print(shown(dis.dis, "x = 1"))
print(shown(dis.show_code, Holder.method))
print(dis.code_info(outer).splitlines()[0])
print([instruction.opname for instruction in dis.get_instructions(Holder().method)])
bytecode = dis.Bytecode(outer(3))
print([instruction.opname for instruction in bytecode], len(bytecode.dis()) > 10, bytecode.info().splitlines()[0])


def failing():
    raise ValueError


try:
    failing()
except ValueError as error:
    traceback = error.__traceback__.tb_next
print(shown(dis.distb, traceback))
print(shown(dis.Bytecode.from_traceback(traceback).dis))
try:
    inspect.getclosurevars(5)
except TypeError as error:
    print(error)
