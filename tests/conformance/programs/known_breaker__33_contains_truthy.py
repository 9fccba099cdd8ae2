class V:
 def __contains__(s,x): return 'yes'
print(5 in V())
