"""make_lzh.py MEMBER OUT: an LHA archive (.lzh, header level 1) of one stored member with a Japanese name."""
import struct
import sys

data = open(sys.argv[1], "rb").read()
name = "顧客.csv".encode("cp932")
crc = 0
for byte in data:
    crc ^= byte
    for _ in range(8):
        crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
body = b"-lh0-" + struct.pack("<LLHHBB", len(data), len(data), 0, 0x5A21, 0x20, 1)
body += bytes([len(name)]) + name + struct.pack("<HcH", crc, b"U", 0)
open(sys.argv[2], "wb").write(bytes([len(body), sum(body) & 0xFF]) + body + data + b"\0")
