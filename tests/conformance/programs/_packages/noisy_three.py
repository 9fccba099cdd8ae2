print("noisy three loads")
name = "three"
