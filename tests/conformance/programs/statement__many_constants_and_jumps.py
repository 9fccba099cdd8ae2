value = 0
code = ["def big(n):", "    total = 0"]
for i in range(300):
    code.append(f"    if n == {i}: total += {1000 + i}; v{i} = total")
code.append("    while n < 400:")
code.extend(f"        n += 1; total += {i * 1001}" for i in range(100))
code.append("        if total % 7 == 0: continue")
code.append("    return total, n, v299 if n == 299 else None")
space = {}
exec(compile("\n".join(code), "<guest-big>", "exec"), space)
print(space["big"](5), space["big"](299))
names = "\n".join(f"g{i} = {i}" for i in range(300)) + "\nresult = sum([" + ", ".join(f"g{i}" for i in range(300)) + "])"
space = {}
exec(compile(names, "<guest-names>", "exec"), space)
print(space["result"], space["g299"])
arguments = ", ".join(f"a{i}={i}" for i in range(260))
exec(compile(f"def f({arguments}, **kw):\n    return a0 + a259, lambda: a100\nprint(f()[0], f(a0=5, z=1)[0], f()[1]())", "<guest-args>", "exec"), {})
attributes = "class A: pass\na = A()\n" + "\n".join(f"a.x{i} = {i}" for i in range(300)) + "\nprint(a.x299, len(vars(a)))"
exec(compile(attributes, "<guest-attributes>", "exec"), {})
exec(compile("x = [" + ",".join(str(i * 3) for i in range(600)) + "]\nprint(sum(x))", "<guest-list>", "exec"), {})
exec(compile("x = {" + ",".join(f"'{i}': {i}" for i in range(300)) + "}\nprint(len(x))\ny = {" + ",".join(str(i) for i in range(300)) + "}\nprint(len(y))", "<guest-dict>", "exec"), {})
exec(compile("print(" + " + ".join(["1"] * 200) + ", " + "(" * 50 + "1" + ")" * 50 + ", '" + "a" * 300 + "'[-1])", "<guest-deep>", "exec"), {})
big_try = "try:\n" + "\n".join(f"    x{i} = {i}" for i in range(300)) + "\n    1 / 0\nexcept ZeroDivisionError as e:\n    print('caught', e, x299)"
exec(compile(big_try, "<guest-try>", "exec"), {})
big_loop = "for i in range(2):\n" + "\n".join(f"    if i > {i}: break" for i in range(200, 400)) + "\n    print(i)\nelse: print('else')"
exec(compile(big_loop, "<guest-loop>", "exec"), {})
