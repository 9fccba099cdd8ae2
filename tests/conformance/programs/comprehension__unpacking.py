# requires: 3.15
lists = [[1, 2], [], [3]]
print([*inner for inner in lists], {*inner for inner in lists} == {1, 2, 3}, list((*inner for inner in lists)))
dicts = [{"a": 1}, {"b": 2}, {"a": 3}]
print({**d for d in dicts})
print([*[*x] for x in lists if x], [*range(i) for i in range(4)], (*"ab",))


def gen():
    return (*inner for inner in lists)


print(type(gen()).__name__, list(gen()))
try:
    [*5 for _ in (1,)]
except TypeError as error:
    print(error)
try:
    {**5 for _ in (1,)}
except TypeError as error:
    print(error)
import asyncio


async def agen():
    for x in lists:
        yield x


async def main():
    return [*x async for x in agen()], {*x async for x in agen()} == {1, 2, 3}, [y async for y in (*x async for x in agen())]


print(asyncio.run(main()))
