"""Programs that reach somebody over a network: a server of this world hears from them, or they say that they listen."""

NETWORK = {
    "tcp": "import socket; socket.create_connection(('127.0.0.1', PORT)).send(b'x')",
    "tcp6": "import socket; socket.create_connection(('::1', PORT6)).send(b'x')",
    "tcp_by_name": "import socket; socket.create_connection(('localhost', PORT)).send(b'x')",
    "udp": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', UDP))",
    "unix": "import socket; s = socket.socket(socket.AF_UNIX); s.connect(UNIX); s.send(b'x')",
    "abstract": "import socket; s = socket.socket(socket.AF_UNIX); s.connect(ABSTRACT); s.send(b'x')",
    "http": "import http.client; http.client.HTTPConnection('127.0.0.1', PORT, timeout=1).request('GET', '/')",
    "urllib": """
import urllib.request
try: urllib.request.urlopen(f'http://127.0.0.1:{PORT}/', timeout=0.3)
except Exception as error: print(error)
""",
    "smtp": """
import smtplib
try: smtplib.SMTP('127.0.0.1', PORT, timeout=0.3)
except Exception as error: print(error)
""",
    "ftp": """
import ftplib
try: ftplib.FTP().connect('127.0.0.1', PORT, timeout=0.3)
except Exception as error: print(error)
""",
    "asyncio": """
import asyncio
async def main():
    _, writer = await asyncio.open_connection('127.0.0.1', PORT)
    writer.write(b'x'); await writer.drain()
asyncio.run(main())
""",
    "libc": """
import ctypes, struct
c = ctypes.CDLL(None); s = c.socket(2, 1, 0)
c.connect(s, struct.pack('=H', 2) + struct.pack('>H4B8x', PORT, 127, 0, 0, 1), 16); c.send(s, b'x', 1, 0)
""",
    "log_handler": """
import logging.handlers
logging.handlers.DatagramHandler('127.0.0.1', UDP).handle(logging.makeLogRecord({'msg': 'x'}))
""",
    "subprocess": """
import subprocess, sys
subprocess.run([sys.executable, '-c', f"import socket; socket.create_connection(('127.0.0.1', {PORT})).send(b'x')"])
""",
    "listen": """
import socket
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); print('DID')
""",
    "serve": "import socketserver; socketserver.TCPServer(('127.0.0.1', 0), None); print('DID')",
    "listen_unix": "import socket; s = socket.socket(socket.AF_UNIX); s.bind('here'); s.listen(); print('DID')",
    "listen_abstract": "import socket; s = socket.socket(socket.AF_UNIX); s.bind('\\0here'); s.listen(); print('DID')",
    "netlink": "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); print('DID')",
    "interfaces": "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); print('DID')",
}
