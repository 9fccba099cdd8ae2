def helper(value):
    return {"a": 1}[value]


def convert(value):
    try:
        return helper(value)
    except KeyError as error:
        raise ValueError(f"no {value}") from error


class Broken:
    x = 1
    y = [convert(name) for name in ("a", "b")]


print("never")
