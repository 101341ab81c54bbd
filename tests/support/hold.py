"""Holds the card in a reader for itself, as other programs do, until killed.

usage: hold.py READER
"""
import ctypes
import sys
import time

library = ctypes.CDLL("libpcsclite.so.1")
context, card, protocol = ctypes.c_long(), ctypes.c_long(), ctypes.c_ulong()
SCOPE_SYSTEM, SHARE_EXCLUSIVE, ANY_PROTOCOL = 2, 1, 3
if library.SCardEstablishContext(SCOPE_SYSTEM, None, None, ctypes.byref(context)):
    sys.exit("no context")
if library.SCardConnect(context, sys.argv[1].encode(), SHARE_EXCLUSIVE, ANY_PROTOCOL,
                        ctypes.byref(card), ctypes.byref(protocol)):
    sys.exit("no card")
print("held", flush=True)
time.sleep(60)
