"""Reads a WARC file after ISO 28500 alone, and judges it: prints one JSON line a record.

Written apart from what writes it: one gzip member a record, every length and digest checked. Exit 1
at the first thing that is wrong.
"""
import base64
import hashlib
import json
import sys
import zlib


def members(data):
    while data:
        one = zlib.decompressobj(16 + zlib.MAX_WBITS)
        yield one.decompress(data)
        assert one.eof, "a gzip member is cut"
        data = one.unused_data


def lines(head):
    first, *rest = head.decode().split("\r\n")
    return first, [tuple(line.split(": ", 1)) for line in rest]


def digest(data):
    return "sha256:" + base64.b32encode(hashlib.sha256(data).digest()).decode()


def record(data):
    head, _, rest = data.partition(b"\r\n\r\n")
    version, fields = lines(head)
    assert version == "WARC/1.1", version
    names = [name for name, _ in fields if name != "WARC-Concurrent-To"]
    assert len(names) == len(set(names)), "a field twice"
    field = dict(fields)
    for needed in ("WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length"):
        assert field[needed], needed
    size = int(field["Content-Length"])
    block, end = rest[:size], rest[size:]
    assert len(block) == size and end == b"\r\n\r\n", "the block is not as long as it says"
    assert field["WARC-Block-Digest"] == digest(block), "block digest"
    out = {"type": field["WARC-Type"], "fields": field, "block": block.decode("latin-1")}
    if field["WARC-Type"] in ("request", "response"):
        http, _, body = block.partition(b"\r\n\r\n")
        first, http_fields = lines(http)
        out |= {"first": first, "http": {k.lower(): v for k, v in http_fields},
                "body": body.decode("latin-1")}
    if "WARC-Payload-Digest" in field:
        payload = body if field["WARC-Type"] == "response" else block
        assert field["WARC-Payload-Digest"] == digest(payload), "payload digest"
    if field["WARC-Type"] == "response":
        assert int(out["http"]["content-length"]) == len(body), "Content-Length of the response"
    return out


def main():
    with open(sys.argv[1], "rb") as file:
        for number, data in enumerate(members(file.read())):
            one = record(data)
            assert (number == 0) == (one["type"] == "warcinfo"), "warcinfo first, and once"
            print(json.dumps(one))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (AssertionError, KeyError, ValueError, zlib.error) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
