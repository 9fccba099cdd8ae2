a, *b, c = range(5)
print(b)
