def search(items, wanted):
    for index, item in enumerate(items):
        if item == wanted:
            print("found", index)
            break
        if item is None:
            continue
    else:
        print("absent")
    n = 0
    while n < 3:
        n += 1
        if n == wanted:
            break
    else:
        print("while ended", n)
    return n


print(search([1, None, 3], 3), search([1, 2], 9), search([], 2))
for i in range(3):
    for j in range(3):
        if j == 2:
            break
        if i == 1:
            continue
        print(i, j)
    else:
        print("never")
for i in ():
    pass
else:
    print("empty", "i" in dir())
for a, (b, *c) in [(1, (2, 3, 4)), (5, "xy")]:
    print(a, b, c)
target = {}
for target["key"] in range(3):
    pass
for target[0], target[1] in zip("ab", "cd"):
    pass
print(target)
while True:
    break
else:
    print("not printed")
while False:
    print("no")
else:
    print("while False else")
