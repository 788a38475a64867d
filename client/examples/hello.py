#!/usr/bin/env python3
"""hello.py: a whole service in Python, through ctypes. CSCC_LIBRARY: the library, if not installed."""
import ctypes
import os
import sys
import threading

cscc = ctypes.CDLL(os.environ.get("CSCC_LIBRARY", "libcscc.so.1"))
cscc.cscc_strerror.restype = ctypes.c_char_p
our_turn_to_end = threading.Event()


@ctypes.CFUNCTYPE(None, ctypes.c_void_p)
def shut_down(_user):  # on the library's thread: only tell the main one
    our_turn_to_end.set()


def must(code):
    if code < 0:
        sys.exit("hello: " + cscc.cscc_strerror(code).decode())


arguments = (ctypes.c_char_p * (len(sys.argv) + 1))(*map(os.fsencode, sys.argv), None)
must(cscc.cscc_alive(len(sys.argv), arguments, shut_down, None))
print("hello: open files, connect to databases ...", flush=True)
must(cscc.cscc_ready())
cscc.cscc_status(b"says hello")

our_turn_to_end.wait()  # a real service would work instead of waiting
print("hello: close files, say goodbye", flush=True)
