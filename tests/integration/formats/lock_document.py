"""Puts an Office document under a password, as [MS-OFFCRYPTO] describes it; msoffcrypto must be
able to open what comes out.

    lock_document.py IN OUT PASSWORD agile|standard
"""
import base64
import hashlib
import os
import struct
import subprocess
import sys

import msoffcrypto


def aes(mode, key, iv, data):
    data += b"\0" * (-len(data) % 16)
    words = ["openssl", "enc", f"-aes-{len(key) * 8}-{mode}", "-K", key.hex(), "-nopad"]
    if mode == "cbc":
        words += ["-iv", iv.hex()]
    return subprocess.run(words, input=data, capture_output=True, check=True).stdout


def agile(document, password):
    sha = lambda *parts: hashlib.sha512(b"".join(parts)).digest()
    salt, package_salt, key, verifier = (os.urandom(n) for n in (16, 16, 32, 16))
    spun = sha(salt, password.encode("utf-16-le"))
    for i in range(100000):
        spun = sha(struct.pack("<I", i), spun)
    b64 = lambda b: base64.b64encode(b).decode()
    enc = lambda block, data: b64(aes("cbc", sha(spun, bytes.fromhex(block))[:32], salt, data))
    common = 'saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" ' \
             'cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512"'
    xml = f'''<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password"><keyData {common} saltValue="{b64(package_salt)}"/><dataIntegrity encryptedHmacKey="" encryptedHmacValue=""/><keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password"><p:encryptedKey spinCount="100000" {common} saltValue="{b64(salt)}" encryptedVerifierHashInput="{enc("fea7d2763b4b9e79", verifier)}" encryptedVerifierHashValue="{enc("d7aa0f6d3061344e", sha(verifier))}" encryptedKeyValue="{enc("146e0be7abacd0d6", key)}"/></keyEncryptor></keyEncryptors></encryption>'''
    package = struct.pack("<Q", len(document))
    for i in range(0, len(document), 4096):
        package += aes("cbc", key, sha(package_salt, struct.pack("<I", i // 4096))[:16], document[i:i + 4096])
    return struct.pack("<HHI", 4, 4, 0x40) + xml.encode(), package


def standard(document, password):
    sha = lambda *parts: hashlib.sha1(b"".join(parts)).digest()
    salt, verifier = os.urandom(16), os.urandom(16)
    spun = sha(salt, password.encode("utf-16-le"))
    for i in range(50000):
        spun = sha(struct.pack("<I", i), spun)
    last = sha(spun, struct.pack("<I", 0))
    half = lambda fill: sha(bytes(a ^ fill for a in last) + bytes([fill]) * 44)
    key = (half(0x36) + half(0x5C))[:16]
    name = "Microsoft Enhanced RSA and AES Cryptographic Provider (Prototype)\0".encode("utf-16-le")
    header = struct.pack("<8I", 0x24, 0, 0x660E, 0x8004, 128, 0x18, 0, 0) + name
    info = struct.pack("<HHI", 3, 2, 0x24) + struct.pack("<I", len(header)) + header
    info += struct.pack("<I", 16) + salt + aes("ecb", key, b"", verifier)
    info += struct.pack("<I", 20) + aes("ecb", key, b"", sha(verifier))
    return info, struct.pack("<Q", len(document)) + aes("ecb", key, b"", document)


def compound(streams):
    """A compound file of version 3; every stream in whole sectors."""
    table, sectors = [], b""

    def chain(data):
        nonlocal sectors
        first, count = len(table), -(-len(data) // 512)
        table.extend(list(range(first + 1, first + count)) + [0xFFFFFFFE])
        sectors += data + b"\0" * (count * 512 - len(data))
        return first

    def entry(name, kind, right, child, first, size):
        name = name.encode("utf-16-le")
        return (name.ljust(64, b"\0") + struct.pack("<HBBIII", len(name) + 2, kind, 1, 0xFFFFFFFF, right, child) +
                bytes(36) + struct.pack("<IQ", first, size))

    entries = [entry("Root Entry", 5, 0xFFFFFFFF, 1, 0xFFFFFFFE, 0)]
    for i, (name, data) in enumerate(streams, 1):
        data += b" " * max(0, 4096 - len(data))  # behind the XML, or what has a size of its own
        right = i + 1 if i < len(streams) else 0xFFFFFFFF
        entries.append(entry(name, 2, right, 0xFFFFFFFF, chain(data), len(data)))
    directory = chain(b"".join(entries))
    fats = 1
    while fats * 128 < len(table) + fats:
        fats += 1
    at = len(table)
    table.extend([0xFFFFFFFD] * fats)
    fat = b"".join(struct.pack("<I", n) for n in table).ljust(fats * 512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, fats, directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += b"".join(struct.pack("<I", at + i if i < fats else 0xFFFFFFFF) for i in range(109))
    return head + sectors + fat


def main():
    source, target, password, how = sys.argv[1:]
    with open(source, "rb") as file:
        document = file.read()
    info, package = (agile if how == "agile" else standard)(document, password)
    with open(target, "wb") as file:
        file.write(compound([("EncryptionInfo", info), ("EncryptedPackage", package)]))
    with open(target, "rb") as file, open(target + ".open", "wb") as opened:
        office = msoffcrypto.OfficeFile(file)
        office.load_key(password=password)
        office.decrypt(opened)
    with open(target + ".open", "rb") as opened:
        assert opened.read()[:len(document)] == document, "msoffcrypto reads something else"
    os.remove(target + ".open")


main()
