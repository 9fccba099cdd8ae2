class Query:
    def __init__(self, steps=()):
        self.steps = steps

    def where(self, **conditions):
        return Query((*self.steps, conditions))

    def limit(self, n):
        if n < 0:
            raise ValueError(
                f"negative limit: {n}"
            )
        return self


result = (
    Query()
    .where(a=1)
    .where(
        b=2,
    )
    .limit(-1)
    .where(c=3)
)
