# requires: 3.12
name = "x"
items = {"a": {"b": 1}}
print(f"{items["a"]["b"]} {"\n".join(["p", "q"])} {f"{f"{name}"}"}")
print(f"{
    name  # a comment
    .upper()
} {'\t'!r} {"\N{BULLET}"}")
print(f"{name:{"*"}^{"5"}} {name!r:{">"}{4 + 1}} {name = !r:^{5}}")
print(f'{f'{f'{1 + 1}'}'}', f"{"a" + 'b' + """c"""}", rf"{r"\d"}\w")
print(f"{(lambda x: 1)(0)}")
print(f"{(w := 5):{w}}|", f"{[*"ab"]}", f"{ {**{"k": 1}} }", f"{1 if "a" else "b"}")
