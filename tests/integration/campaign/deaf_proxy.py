#!/usr/bin/env python3
"""Stands between a mail client and a relay, on loopback, and loses what was said.

usage: deaf_proxy.py --to PORT --after BYTES [--deaf N] [--mute N]

The first N connections of --deaf on which the client has sent more than BYTES lose every answer from
there on: the relay takes the mail, and the client never learns of it. The next N of --mute lose
what the client sends: the relay never gets the end. All others pass. Prints "ready PORT".
"""
import argparse
import socket
import sys
import threading


class Conversation:
    def __init__(self, client, relay, after, losses):
        self.client, self.relay, self.after, self.losses = client, relay, after, losses
        self.sent = 0
        self.lose = None

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

    def to_relay(self):
        while data := self.client.recv(1024):
            before, self.sent = self.sent, self.sent + len(data)
            if before <= self.after < self.sent:
                self.lose = self.losses.next()
            if self.lose != "sent":
                self.relay.sendall(data)

    def to_client(self):
        while data := self.relay.recv(1024):
            if self.lose != "answers":
                self.client.sendall(data)


class Losses:
    def __init__(self, all):
        self.left, self.lock = list(all), threading.Lock()

    def next(self):
        with self.lock:
            return self.left.pop(0) if self.left else None


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--to", type=int, required=True)
    p.add_argument("--after", type=int, required=True)
    p.add_argument("--deaf", type=int, default=0)
    p.add_argument("--mute", type=int, default=0)
    o = p.parse_args()
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print("ready", listener.getsockname()[1], flush=True)
    losses = Losses(["answers"] * o.deaf + ["sent"] * o.mute)
    while True:
        client, _ = listener.accept()
        relay = socket.create_connection(("127.0.0.1", o.to))
        Conversation(client, relay, o.after, losses).begin()


if __name__ == "__main__":
    sys.exit(main())
