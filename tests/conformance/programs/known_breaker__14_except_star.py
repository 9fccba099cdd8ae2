try: raise ExceptionGroup('g',[ValueError(1)])
except* ValueError as e: print(e.exceptions)
