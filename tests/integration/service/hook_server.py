"""A server for webhooks that takes, hangs, fails and redirects. Writes every request as a line of
JSON into the file that it is given, and says of each whether its signature holds: an own check, with
Python's hmac, as docs/webhooks.md tells receivers to write one.

usage: hook_server.py LOG SECRET
"""
import hashlib
import hmac
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOG, SECRET = sys.argv[1], sys.argv[2].encode()
lock = threading.Lock()
seen = {}


def holds(header, body):
    parts = dict(p.split("=", 1) for p in header.split(",") if "=" in p)
    message = parts.get("t", "").encode() + b"." + body
    expected = hmac.new(SECRET, message, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts.get("v1", ""))


class Hook(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        line = {
            "path": self.path,
            "type": self.headers.get("Content-Type"),
            "delivery": self.headers.get("Hitokoe-Delivery"),
            "event": self.headers.get("Hitokoe-Event"),
            "verified": holds(self.headers.get("Hitokoe-Signature", ""), body),
            "body": body.decode(),
        }
        with lock:
            seen[self.path] = seen.get(self.path, 0) + 1
            nth = seen[self.path]
            with open(LOG, "a", encoding="utf-8") as out:
                out.write(json.dumps(line) + "\n")
        what = self.path.strip("/").split("/")
        if what[0] == "hang":
            time.sleep(60)
            return
        if what[0] == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for _ in range(600):
                self.wfile.write(b"X: y\r\n")
                self.wfile.flush()
                time.sleep(0.1)
            return
        if what[0] == "flaky" and nth <= int(what[1]):
            return self.answer(500)
        if what[0] == "redirect":
            return self.answer(302, [("Location", "/ok")])
        if what[0] == "busy":
            return self.answer(503, [("Retry-After", "3600")])
        if what[0] == "gone":
            return self.answer(410)
        return self.answer(204)

    def do_GET(self):
        with lock:
            seen["GET " + self.path] = 1
            with open(LOG, "a", encoding="utf-8") as out:
                out.write(json.dumps({"path": "GET " + self.path}) + "\n")
        self.answer(200)

    def answer(self, status, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
print("ready", server.server_address[1], flush=True)
server.serve_forever()
