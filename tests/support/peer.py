"""The other end of the instance's socket, as some user.

usage: peer.py call SOCKET USER    asks for the window; prints the answer in hex
       peer.py serve FOLDER USER   is the instance, and says that all is shown;
                                   prints what it is sent in hex, until killed
"""
import fcntl
import os
import socket
import sys

what, place, user = sys.argv[1:]
end = socket.socket(socket.AF_UNIX)
if what == "call":
    os.setuid(int(user))
    end.connect(place)
    answer = b""
    try:
        end.sendall(bytes([2, 0, 0, 0, 0, 0]))
        while part := end.recv(99):
            answer += part
    except ConnectionError:
        pass
    print(answer.hex())
else:
    lock = open(place + "/lock", "a")
    fcntl.flock(lock, fcntl.LOCK_EX)
    path = place + "/socket"
    if os.path.exists(path):
        os.remove(path)
    end.bind(path)
    os.setuid(int(user))
    end.listen()
    print("ready", flush=True)
    while True:
        peer, _ = end.accept()
        try:
            if head := peer.recv(5):
                print((head + peer.recv(99999)).hex(), flush=True)
                peer.sendall(bytes([2, 1, 0]))
        except ConnectionError:
            pass
        peer.close()
