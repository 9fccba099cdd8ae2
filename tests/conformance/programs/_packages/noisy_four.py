print("noisy four loads")
name = "four"
