template = """
def render(items):
    return ", ".join(
        item.name.upper() for item in items
    )

class Item:
    def __init__(self, name):
        self.name = name

result = render([Item("a"), Item(None)])
"""
namespace = {"__name__": "template"}
exec(template, namespace)
