import asyncio
async def w():
 try: await asyncio.sleep(9)
 except asyncio.CancelledError: print('c'); raise
async def m():
 t=asyncio.create_task(w()); await asyncio.sleep(0); t.cancel()
 try: await t
 except asyncio.CancelledError: print('m')
asyncio.run(m())
