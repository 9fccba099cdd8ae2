print("circular package")
