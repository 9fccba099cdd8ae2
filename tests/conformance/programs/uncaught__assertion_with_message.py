def check(values, limit):
    assert all(
        value < limit
        for value in values
    ), f"{max(values)} reaches {limit}"


check([1, 2], 3)
check([1, 5], 3)
