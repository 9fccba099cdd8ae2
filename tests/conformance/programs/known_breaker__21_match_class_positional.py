class P:
 __match_args__=('x','y')
 def __init__(s,x,y): s.x,s.y=x,y
match P(1,2):
 case P(0, y): print('zero')
 case P(x=x, y=y): print(x, y)
