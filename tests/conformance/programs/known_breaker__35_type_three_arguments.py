T = type('T', (object,), {'z': 9})
print(T.z)
