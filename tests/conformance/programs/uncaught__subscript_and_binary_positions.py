data = {"rows": [{"cells": [1, 2, None]}]}


def total(table):
    return sum(
        table["rows"][0]["cells"][0]
        + table["rows"][0]["cells"][1] * (table["rows"][0]["cells"][2] - 1)
        for _ in range(1)
    )


total(data)
