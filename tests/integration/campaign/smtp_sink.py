#!/usr/bin/env python3
"""A mail server for tests, on loopback: STARTTLS (or TLS from the start), AUTH, and faults on order.

usage: smtp_sink.py --dir D [--implicit-tls] [--no-tls] [--user U --password P] [--port N]
                    [--fault STAGE:ACTION[:COUNT]]... [--chaos SEED:PER_MILLE] [--certificate-for NAME]

D gets cert.pem, key.pem (made with openssl where missing) and journal.ndjson: one line for each
body whose final dot arrived, written before the answer. Prints "ready PORT" when it listens.

STAGE   connect helo starttls auth mail rcpt data body end
ACTION  drop (close without an answer), late (answer, then close), half (half an answer, then
        close), hang (says nothing more, and notes the stage in D/hanging), or a reply code such as
        451. At `end` the body is whole; `body` drops or hangs after the first line of it. COUNT:
        how many times (default: for ever).
The same by recipient, for one mail each time it is tried: the local part holds ".STAGE-ACTION.",
as in "x.rcpt-550.1@a.test"; ".once-STAGE-ACTION." does it the first time only.
        The file D/faults, where there is one, holds more of them, one a line, read anew each time.
KILL    The file D/kill, where there is one, holds "PID N before|after": at the N-th stage that is
        reached by anybody since, the process PID is killed (SIGKILL), before or after the answer.
        D/killed gets the stage's name, a line each.
D/maillog gets what a Postfix would log of each mail that was taken.
CHAOS   drops at a random stage in so many of a thousand mails, from a seed.
"""
import argparse
import base64
import json
import os
import random
import re
import socket
import ssl
import subprocess
import sys
import threading


class Gone(Exception):
    pass


class Server:
    def __init__(self, options):
        self.o = options
        self.lock = threading.Lock()
        self.once = set()
        self.faults = []
        for text in options.fault:
            stage, action, *count = text.split(":")
            self.faults.append([stage, action, int(count[0]) if count else -1])
        seed, self.per_mille = map(int, (options.chaos or "0:0").split(":"))
        self.dice = random.Random(seed)
        self.journal = open(os.path.join(options.dir, "journal.ndjson"), "a", encoding="utf-8")
        self.maillog = open(os.path.join(options.dir, "maillog"), "a", encoding="utf-8")
        self.taken = 0
        self.order = [None, 0, 0, ""]  # its text, whom, how many stages are left, when ("": done)
        self.context = None if options.no_tls else self.make_context()

    def make_context(self):
        cert, key = (os.path.join(self.o.dir, n) for n in ("cert.pem", "key.pem"))
        if not os.path.exists(cert):
            name = self.o.certificate_for
            kind = "IP" if name[0].isdigit() else "DNS"
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                 "-nodes", "-days", "30", "-subj", "/CN=sink", "-addext",
                 f"subjectAltName={kind}:{name}", "-keyout", key, "-out", cert],
                check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        return context

    def fault(self, stage, recipient):
        """The action due at this stage, or None."""
        with self.lock:
            for f in self.ordered():
                if f[0] == stage:
                    return f[1]
            for f in self.faults:
                if f[0] == stage and f[2] != 0:
                    f[2] -= 1
                    return f[1]
            if recipient:
                m = re.search(r"\.(once-)?" + stage + r"-(\w+)\.", recipient.split("@")[0] + ".")
                if m and not (m.group(1) and (stage, recipient) in self.once):
                    self.once.add((stage, recipient))
                    return m.group(2)
            if self.per_mille and self.dice.randrange(9000) < self.per_mille:
                return self.dice.choice(["drop", "drop", "late", "half", "451"])
        return None

    def kill(self, stage, when):
        """Carries out an order to kill, where it is due at this stage."""
        try:
            with open(os.path.join(self.o.dir, "kill"), encoding="utf-8") as f:
                text = f.read()
        except FileNotFoundError:
            return
        with self.lock:
            if text != self.order[0]:
                pid, left, wanted = text.split()
                self.order = [text, int(pid), int(left), wanted]
            # Others may reach their stages before this one has its answer.
            if when == "before":
                self.order[2] -= 1
            if self.order[2] > 0 or self.order[3] != when:
                return
            self.order[3] = ""
            with open(os.path.join(self.o.dir, "killed"), "a", encoding="utf-8") as f:
                f.write(f"{stage} {when}\n")
            os.kill(self.order[1], 9)

    def ordered(self):
        try:
            with open(os.path.join(self.o.dir, "faults"), encoding="utf-8") as f:
                return [line.split(":") for line in f.read().split()]
        except FileNotFoundError:
            return []

    def record(self, entry):
        with self.lock:
            self.journal.write(json.dumps(entry) + "\n")
            self.journal.flush()
            if entry["event"] != "complete":
                return
            self.taken += 1
            head = f"Apr  1 09:00:00 sink postfix/%s[1]: {0xA0000 + self.taken:X}: "
            self.maillog.write(head % "cleanup" + f"message-id=<{entry['message_id']}>\n" +
                               head % "qmgr" + "from=<>, size=1, nrcpt=1 (queue active)\n")
            self.maillog.flush()

    def run(self):
        listener = socket.create_server(("127.0.0.1", self.o.port), backlog=128)
        print("ready", listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            Session(self, connection).run()
        except (Gone, OSError, ssl.SSLError):
            pass
        finally:
            connection.close()


class Session:
    def __init__(self, server, connection):
        self.s = server
        self.raw = connection
        self.tls = False
        self.authenticated = False
        self.sender = self.recipient = None
        connection.settimeout(60)
        if server.o.implicit_tls:
            self.secure()
        self.file = self.raw.makefile("rb")

    def secure(self):
        self.raw = self.s.context.wrap_socket(self.raw, server_side=True)
        self.tls = True

    def hang(self, stage):
        """Until the other side is gone."""
        with open(os.path.join(self.s.o.dir, "hanging"), "a", encoding="utf-8") as f:
            f.write(stage + "\n")
        self.raw.settimeout(None)
        try:
            while self.raw.recv(4096):
                pass
        finally:
            raise Gone()

    def close(self):
        try:
            self.raw.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.raw.close()
        raise Gone()

    def send(self, text):
        self.raw.sendall(text.encode() + b"\r\n")

    def answer(self, stage, text):
        """Says `text` unless a fault is due here. False: a refusal was said instead."""
        self.s.kill(stage, "before")
        action = self.s.fault(stage, self.recipient)
        if action is None:
            self.send(text)
            self.s.kill(stage, "after")
            return True
        if action == "drop":
            self.close()
        if action == "hang":
            self.hang(stage)
        if action == "half":
            self.raw.sendall(text[:2].encode())
            self.close()
        if action == "late":
            self.send(text)
            self.close()
        self.send(f"{action} 4.0.0 fault" if action[0] == "4" else f"{action} 5.0.0 fault")
        return False

    def line(self):
        line = self.file.readline(4096)
        if not line.endswith(b"\n"):
            raise Gone()
        return line.decode("latin-1").strip()

    def run(self):
        if not self.answer("connect", "220 sink ESMTP"):
            self.close()
        while True:
            line = self.line()
            verb = line.split(" ")[0].upper()
            if verb in ("EHLO", "HELO"):
                offers = ["sink"]
                if self.s.context and not self.tls:
                    offers.append("STARTTLS")
                if self.s.o.user and self.tls:
                    offers.append("AUTH PLAIN LOGIN")
                text = "\r\n".join("250-" + o for o in offers[:-1] + [offers[-1]])
                head, _, tail = text.rpartition("250-")
                self.answer("helo", head + "250 " + tail)
            elif verb == "STARTTLS":
                if self.answer("starttls", "220 go"):
                    self.secure()
                    self.file = self.raw.makefile("rb")
            elif verb == "AUTH":
                self.auth(line)
            elif verb == "MAIL":
                self.recipient = None
                if not self.s.o.no_tls and not self.tls:
                    self.send("530 5.7.0 Must issue a STARTTLS command first")
                elif self.s.o.user and not self.authenticated:
                    self.send("530 5.7.0 Authentication required")
                elif self.answer("mail", "250 2.1.0 Ok"):
                    self.sender = line[line.index("<") + 1:line.index(">")]
            elif verb == "RCPT":
                self.recipient = line[line.index("<") + 1:line.index(">")]
                if not self.answer("rcpt", "250 2.1.5 Ok"):
                    self.recipient = None
            elif verb == "DATA":
                if not self.recipient:
                    self.send("554 5.5.1 no valid recipients")
                elif self.answer("data", "354 go on"):
                    self.data()
            elif verb in ("RSET", "NOOP"):
                self.send("250 2.0.0 Ok")
            elif verb == "QUIT":
                self.send("221 2.0.0 Bye")
                self.close()
            else:
                self.send("500 5.5.2 what?")

    def auth(self, line):
        if not self.answer("auth", "334 ") if line.upper() == "AUTH PLAIN" else False:
            return
        token = self.line() if line.upper() == "AUTH PLAIN" else line.split(" ")[-1]
        _, user, password = base64.b64decode(token).split(b"\0")
        self.authenticated = (user.decode() == self.s.o.user and
                              password.decode() == self.s.o.password)
        self.send("235 2.7.0 Ok" if self.authenticated else "535 5.7.8 bad credentials")

    def data(self):
        lines = []
        while True:
            line = self.file.readline(1 << 20)
            if not line.endswith(b"\n"):
                raise Gone()
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b".") else line)
            if len(lines) == 1:
                self.s.kill("body", "before")
                self.s.kill("body", "after")
                action = self.s.fault("body", self.recipient)
                if action == "drop":
                    self.close()
                if action == "hang":
                    self.hang("body")
        raw = b"".join(lines)
        m = re.search(rb"^Message-ID: <([^>]*)>", raw, re.M | re.I)
        refused = None
        self.s.kill("end", "before")
        action = self.s.fault("end", self.recipient)
        if action and action.isdigit():
            refused = action
        # A refused body is not a received mail; everything else is, whatever becomes of the answer.
        self.s.record({"event": "refused" if refused else "complete", "from": self.sender,
                       "to": self.recipient, "message_id": m.group(1).decode() if m else "",
                       "tls": self.tls, "authenticated": self.authenticated,
                       "raw": raw.decode("latin-1")})
        self.recipient = None
        if refused:
            self.send(f"{refused} {refused[0]}.3.0 fault")
            return
        if action == "drop":
            self.close()
        if action == "hang":
            self.hang("end")
        if action == "half":
            self.raw.sendall(b"25")
            self.close()
        self.send("250 2.0.0 Ok: queued")
        self.s.kill("end", "after")
        if action == "late":
            self.close()


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--dir", required=True)
    p.add_argument("--port", type=int, default=0)
    p.add_argument("--implicit-tls", action="store_true")
    p.add_argument("--no-tls", action="store_true")
    p.add_argument("--user", default="")
    p.add_argument("--password", default="")
    p.add_argument("--fault", action="append", default=[])
    p.add_argument("--chaos", default="")
    p.add_argument("--certificate-for", default="127.0.0.1")
    Server(p.parse_args()).run()


if __name__ == "__main__":
    sys.exit(main())
