match {'k':1,'z':2}:
 case {'k':v, **r}: print(v, r)
