"""Serves the files of a folder on loopback, as a small web server does: "ready PORT"."""
import functools
import http.server
import sys


class Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map,
                      ".7z": "application/x-7z-compressed"}

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(
    ("127.0.0.1", 0), functools.partial(Quiet, directory=sys.argv[1]))
print("ready", server.server_address[1], flush=True)
server.serve_forever()
