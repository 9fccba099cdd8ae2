def build(*parts, **named):
    return sum(parts) + sum(named.values())


result = build(
    1,
    build(2, 3, x=4),
    *[build(5, y=6), build(7)],
    z=build(
        8,
        w=build(
            9,
            "ten",
        ),
    ),
)
