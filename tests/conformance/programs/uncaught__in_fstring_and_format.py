class Value:
    def __init__(self, n):
        self.n = n

    def __format__(self, spec):
        return f"{self.n:{spec}}"


def report(values):
    header = f"{'name':<10}|"
    return header + "|".join(
        f"{key!s:<5}={value:>{width}}"
        for key, value, width in values
    )


print(report([("a", Value(1), 5)]))
print(report([("a", Value(1), 5), ("b", Value("text"), "+d")]))
