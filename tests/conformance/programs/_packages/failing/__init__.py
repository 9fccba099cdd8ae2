print("failing runs")
value = 1


def compute():
    return value / 0


compute()
