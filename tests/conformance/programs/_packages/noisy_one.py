print("noisy one loads")
name = "one"
