def read(lines):
    for line in lines:
        yield int(line)


def squares(numbers):
    for number in numbers:
        yield number * number


print(sum(squares(read(["1", "2", "3"]))))
