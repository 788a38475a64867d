#!/usr/bin/env python3
"""notifying.py: a service as people write them for systemd: sd_notify(3) and SIGTERM, no library.

    notifying.py PORT     answers every line with "hello" on 127.0.0.1
"""

import os
import signal
import socket
import socketserver
import sys
import threading


def notify(words):
    address = os.environ["NOTIFY_SOCKET"]
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.sendto(words.encode(), address)


class Hello(socketserver.StreamRequestHandler):
    def handle(self):
        for _ in self.rfile:
            self.wfile.write(b"hello\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


server = Server(("127.0.0.1", int(sys.argv[1])), Hello)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
notify("READY=1\nSTATUS=greets on port " + sys.argv[1])
server.serve_forever()
notify("STOPPING=1")
print("bye", flush=True)
