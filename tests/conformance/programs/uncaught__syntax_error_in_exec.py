source = """
def broken():
    return [1, 2
"""


def load(text):
    return compile(text, "<template>", "exec")


load(source)
