print("noisy two loads")
value, other = 2, "two"
