"""Holds the card in a reader for itself, as other programs do, until killed; with
"transaction" it shares it and is in the middle of something, so many seconds.

usage: hold.py READER [transaction SECONDS]
"""
import ctypes
import sys
import time

library = ctypes.CDLL("libpcsclite.so.1")
context, card, protocol = ctypes.c_long(), ctypes.c_long(), ctypes.c_ulong()
SCOPE_SYSTEM, SHARE_EXCLUSIVE, SHARE_SHARED, ANY_PROTOCOL = 2, 1, 2, 3
shares = sys.argv[2:3] == ["transaction"]
if library.SCardEstablishContext(SCOPE_SYSTEM, None, None, ctypes.byref(context)):
    sys.exit("no context")
if library.SCardConnect(context, sys.argv[1].encode(),
                        SHARE_SHARED if shares else SHARE_EXCLUSIVE, ANY_PROTOCOL,
                        ctypes.byref(card), ctypes.byref(protocol)):
    sys.exit("no card")
if shares and library.SCardBeginTransaction(card):
    sys.exit("no transaction")
print("held", flush=True)
time.sleep(float(sys.argv[3]) if shares else 60)
if shares:
    library.SCardEndTransaction(card, 0)
