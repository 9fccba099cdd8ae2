def quicksort(items):
    if len(items) < 2:
        return items
    pivot, *rest = items
    return quicksort([x for x in rest if x < pivot]) + [pivot] + quicksort([x for x in rest if x >= pivot])


def sieve(n):
    flags = [True] * (n + 1)
    flags[:2] = [False, False]
    for i in range(2, int(n**0.5) + 1):
        if flags[i]:
            flags[i * i :: i] = [False] * len(flags[i * i :: i])
    return [i for i, prime in enumerate(flags) if prime]


def queens(n, row=0, columns=(), diagonals=(), anti=()):
    if row == n:
        return 1
    return sum(
        queens(n, row + 1, (*columns, c), (*diagonals, row - c), (*anti, row + c))
        for c in range(n)
        if c not in columns and row - c not in diagonals and row + c not in anti
    )


def bfs(graph, start):
    seen, queue, order = {start}, [start], []
    while queue:
        node = queue.pop(0)
        order.append(node)
        for neighbour in graph.get(node, ()):
            if neighbour not in seen:
                seen.add(neighbour)
                queue.append(neighbour)
    return order


def lcs(a, b):
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            table[i][j] = table[i - 1][j - 1] + 1 if x == y else max(table[i - 1][j], table[i][j - 1])
    return table[-1][-1]


class Matrix:
    def __init__(self, rows):
        self.rows = rows

    def __matmul__(self, other):
        return Matrix([[sum(a * b for a, b in zip(row, column)) for column in zip(*other.rows)] for row in self.rows])

    def __pow__(self, n):
        result = Matrix([[int(i == j) for j in range(len(self.rows))] for i in range(len(self.rows))])
        base = self
        while n:
            if n & 1:
                result = result @ base
            base, n = base @ base, n >> 1
        return result


print(quicksort([3, 6, 1, 8, 2, 9, 2]), sieve(50), queens(5), bfs({1: [2, 3], 2: [4], 3: [4]}, 1), lcs("AGGTAB", "GXTXAYB"))
print((Matrix([[1, 1], [1, 0]]) ** 30).rows[0][1])
memo = {}


def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


print(max(range(1, 60), key=collatz))
tree = None
for value in (5, 2, 8, 1, 9):
    node, parent = tree, None
    while node:
        parent, node = node, node["l" if value < node["v"] else "r"]
    new = {"v": value, "l": None, "r": None}
    if parent is None:
        tree = new
    else:
        parent["l" if value < parent["v"] else "r"] = new


def walk(node):
    if node:
        yield from walk(node["l"])
        yield node["v"]
        yield from walk(node["r"])


print(list(walk(tree)))
words = "the cat the dog a cat the end".split()
counts = {}
for word in words:
    counts[word] = counts.get(word, 0) + 1
print(sorted(counts.items(), key=lambda kv: (-kv[1], kv[0])))
