#!/usr/bin/env python3
"""Stands between a mail client and a relay, on loopback, and loses what was said.

usage: deaf_proxy.py --to PORT --after BYTES [--deaf N] [--mute N]

The first N connections of --deaf lose every answer once the client has sent more than BYTES: the
relay takes the mail, and the client never learns of it. The next N of --mute lose what the client
sends from there on: the relay never gets the end. All others pass. Prints "ready PORT".
"""
import argparse
import socket
import sys
import threading


class Conversation:
    def __init__(self, client, relay, after, lose):
        self.client, self.relay, self.after, self.lose = client, relay, after, lose
        self.sent = 0

    def begin(self):
        for half in (self.to_relay, self.to_client):
            threading.Thread(target=self.guarded, args=(half,), daemon=True).start()

    def guarded(self, half):
        try:
            half()
        except OSError:
            pass
        finally:
            # Nothing of a client that is gone may stay open at the relay, and the other way round.
            for s in (self.client, self.relay):
                try:
                    s.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def lost(self, what):
        return self.lose == what and self.sent > self.after

    def to_relay(self):
        while data := self.client.recv(1024):
            self.sent += len(data)
            if not self.lost("sent"):
                self.relay.sendall(data)

    def to_client(self):
        while data := self.relay.recv(1024):
            if not self.lost("answers"):
                self.client.sendall(data)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--to", type=int, required=True)
    p.add_argument("--after", type=int, required=True)
    p.add_argument("--deaf", type=int, default=0)
    p.add_argument("--mute", type=int, default=0)
    o = p.parse_args()
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print("ready", listener.getsockname()[1], flush=True)
    lose = ["answers"] * o.deaf + ["sent"] * o.mute
    while True:
        client, _ = listener.accept()
        relay = socket.create_connection(("127.0.0.1", o.to))
        Conversation(client, relay, o.after, lose.pop(0) if lose else None).begin()


if __name__ == "__main__":
    sys.exit(main())
