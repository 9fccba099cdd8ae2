import threading; r=[]
def w(i): r.append(i)
t=threading.Thread(target=w, args=(3,)); t.start(); t.join(); print(r)
