"""Makes small RAR archives, which no free program does: stored members, encrypted where asked.

    make_rar.py OUT [--version 4|5] [--password P] [--headers] [--volume N] MEMBER…

As www.rarlab.com/technote.htm describes RAR 5; the tests let `unar` read the result, too.
"""
import argparse
import hashlib
import hmac
import os
import struct
import subprocess
import zlib


def vint(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def aes(data, key, iv):
    data += b"\0" * (-len(data) % 16)
    return subprocess.run(["openssl", "enc", f"-aes-{len(key) * 8}-cbc", "-K", key.hex(), "-iv", iv.hex(), "-nopad"],
                          input=data, capture_output=True, check=True).stdout


def crc(data):
    return zlib.crc32(data)


class Rar5:
    POWER = 10

    def __init__(self, args):
        self.args, self.out, self.salt = args, b"Rar!\x1a\x07\x01\0", bytes(range(16))
        self.header_key = None

    def keys(self):
        def derive(more):
            return hashlib.pbkdf2_hmac("sha256", self.args.password.encode(), self.salt, (1 << self.POWER) + more)
        check = bytearray(8)
        for i, b in enumerate(derive(32)):
            check[i % 8] ^= b
        check = bytes(check)
        return derive(0), derive(16), check + hashlib.sha256(check).digest()[:4]

    def block(self, kind, flags, fields, extra=b"", data=None):
        flags |= (1 if extra else 0) | (2 if data is not None else 0)
        body = vint(kind) + vint(flags) + (vint(len(extra)) if extra else b"")
        body += (vint(len(data)) if data is not None else b"") + fields + extra
        body = vint(len(body)) + body
        header = struct.pack("<L", crc(body)) + body
        if self.header_key:
            iv = os.urandom(16)
            header = iv + aes(header, self.header_key, iv)
        self.out += header + (data or b"")

    def make(self):
        a = self.args
        if a.password:
            key, mac_key, check = self.keys()
        if a.headers:
            self.block(4, 0, vint(0) + vint(1) + bytes([self.POWER]) + self.salt + check)
            self.header_key = key
        self.block(1, 0, vint(1 if a.volume == 1 else 3) + vint(a.volume - 1) if a.volume else vint(0))
        for member in a.members:
            data = open(member, "rb").read()
            name, size, checksum, extra = os.path.basename(member).encode(), len(data), crc(data), b""
            if a.password:
                iv = os.urandom(16)
                record = vint(1) + vint(0) + vint(3) + bytes([self.POWER]) + self.salt + iv + check
                extra = vint(len(record)) + record
                data = aes(data, key, iv)
                mac = hmac.new(mac_key, struct.pack("<L", checksum), hashlib.sha256).digest()
                checksum = 0
                for i, b in enumerate(mac):
                    checksum ^= b << (i % 4 * 8)
            fields = vint(4) + vint(size) + vint(0o100644) + struct.pack("<L", checksum)
            fields += vint(0) + vint(1) + vint(len(name)) + name
            self.block(2, 0, fields, extra, data)
        self.block(5, 0, vint(0))
        return self.out


class Rar4:
    def __init__(self, args):
        self.args, self.out = args, b"Rar!\x1a\x07\0"

    def key(self, salt):
        raw = self.args.password.encode("utf-16-le") + salt
        sha, iv = hashlib.sha1(), b""
        for i in range(0x40000):
            sha.update(raw + struct.pack("<L", i)[:3])
            if i % 0x4000 == 0:
                iv += sha.digest()[19:20]
        key = b"".join(sha.digest()[i:i + 4][::-1] for i in range(0, 16, 4))
        return key, iv

    def block(self, kind, flags, fields, data=b"", salt=None):
        body = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
        header = struct.pack("<H", crc(body) & 0xFFFF) + body
        if salt:
            header = salt + aes(header, *self.key(salt))
        self.out += header + data

    def make(self):
        a = self.args
        self.block(0x73, (0x80 if a.headers else 0) | (0x101 if a.volume == 1 else 1 if a.volume else 0), b"\0" * 6)
        salt = bytes(range(8)) if a.headers else None
        for member in a.members:
            data = open(member, "rb").read()
            name, size, checksum, flags, own = os.path.basename(member).encode(), len(data), crc(data), 0x8000, b""
            if a.password:
                own = b"saltsalt"
                data = aes(data, *self.key(own))
                flags |= 0x404
            fields = struct.pack("<LLBLLBBHL", len(data), size, 3, checksum, 0, 29, 0x30, len(name), 0o100644)
            self.block(0x74, flags, fields + name + own, data, salt)
        self.block(0x7B, 0x4000, b"", salt=salt)
        return self.out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("members", nargs="*")
    parser.add_argument("--version", type=int, default=5)
    parser.add_argument("--password")
    parser.add_argument("--headers", action="store_true")
    parser.add_argument("--volume", type=int, default=0)
    args = parser.parse_intermixed_args()
    with open(args.out, "wb") as out:
        out.write((Rar5 if args.version == 5 else Rar4)(args).make())


main()
