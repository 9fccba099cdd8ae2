"""Places eight queens on a board in all ways: recursion, sets, and a generator."""


def placements(size):
    columns = set()
    rising = set()
    falling = set()
    placed = []

    def place(row):
        if row == size:
            yield tuple(placed)
            return
        for column in range(size):
            if column in columns or row + column in rising or row - column in falling:
                continue
            columns.add(column)
            rising.add(row + column)
            falling.add(row - column)
            placed.append(column)
            yield from place(row + 1)
            placed.pop()
            columns.remove(column)
            rising.remove(row + column)
            falling.remove(row - column)

    return place(0)


RESULT = [sum(1 for _ in placements(6)) for _ in range(SIZE)]
