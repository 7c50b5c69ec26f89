"""Verifies an exported audit log without any code of the gateway: verify_audit.py DIRECTORY VERIFIER_KEY [EARLIER_CHECKPOINT].

DIRECTORY has the layout of https://c2sp.org/tlog-tiles; the file minimum-index is there when entries before that index have ended. Of those the hashes in the tiles are taken, and an entry
under the checkpoint must say that they have ended. Entries are hashed (RFC 6962), compared with every tile up to the root, and the root with the
checkpoint, whose Ed25519 signature is checked with the key (https://c2sp.org/signed-note); so is an earlier checkpoint, which the log must continue.
Prints one line of JSON; the exit code is 1 when anything does not fit. Needs nothing but Python's standard library.
"""

import base64
import hashlib
import json
import pathlib
import sys

# Ed25519 verification, RFC 8032 section 6: a plain reference, slow and not for secrets.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    x, y = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    z, t = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = y - x, t - z, t + z, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        result, point, scalar = add(result, point) if scalar & 1 else result, add(point, point), scalar >> 1
    return result


def decompress(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not a point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    a, b = multiply(s, BASE), add(decompress(signature[:32]), multiply(h, decompress(key)))
    return s < L and len(signature) == 64 and not (a[0] * b[2] - b[0] * a[2]) % P and not (a[1] * b[2] - b[1] * a[2]) % P


def decode(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("base 64 that is not written in its one way")
    return data


def open_checkpoint(note, verifier_key):
    """Returns size and root of a checkpoint that the key has signed."""
    name, key_id, key = verifier_key.split("+", 2)
    text, signatures = note.decode().rsplit("\n\n", 1)
    for line in signatures.removesuffix("\n").split("\n"):
        dash, signer, value = line.split(" ")
        if dash == "\u2014" and signer == name and decode(value)[:4].hex() == key_id and signatures.endswith("\n"):
            if decode(key)[:1] == b"\x01" and is_signed(decode(key)[1:], (text + "\n").encode(), decode(value)[4:]):
                origin, size, root = text.split("\n")[:3]
                if origin == name and str(int(size)) == size:
                    return int(size), decode(root)
    raise ValueError("the checkpoint is not signed with the key")


def leaf(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def root_of(hashes):
    """The Merkle Tree Hash over hashes of leaves, or of subtrees of one size (RFC 6962 section 2.1)."""
    if len(hashes) < 2:
        return hashes[0] if hashes else hashlib.sha256().digest()
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(hashes[:split]) + root_of(hashes[split:])).digest()


def path_of(index, width):
    parts = [f"{index % 1000:03}"]
    while index := index // 1000:
        parts.insert(0, f"x{index % 1000:03}")
    return "/".join(parts) + (f".p/{width}" if width < 256 else "")


def pages(count):
    return ((index, min(256, count - 256 * index)) for index in range((count + 255) // 256))


def fields(message):
    """The fields of a protobuf message, by number; the last value counts. Entries have numbers of variable length and values of stated length alone."""
    found, place = {}, 0

    def number():
        nonlocal place
        value = shift = 0
        while True:
            byte, place = message[place], place + 1
            value, shift = value | (byte & 127) << shift, shift + 7
            if byte < 128:
                return value

    while place < len(message):
        tag = number()
        value = number()
        if tag & 7 == 2:
            value, place = message[place : place + value], place + value
        found[tag >> 3] = value
    return found


def minimum_index_in(entry):
    """Before which index an entry says that entries have ended: caller 3, method 4 and retention 21 of sesame.audit.v1.AuditEntry."""
    if b"RetentionWorker" not in entry:
        return 0
    entry = fields(entry)
    is_meant = entry.get(3) == b"gateway" and entry.get(4) == b"RetentionWorker" and 21 in entry
    return fields(entry[21]).get(1, 0) if is_meant else 0


def read_minimum_index(directory, size):
    file = directory / "minimum-index"
    text = file.read_text() if file.exists() else "0\n"
    if text != f"{int(text)}\n" or int(text) % 256 or not 0 <= int(text) <= size:
        raise ValueError("minimum-index is not the index of a bundle's first entry")
    return int(text)


def read_ended(directory, minimum):
    for index in range(minimum // 256):
        tile = (directory / "tile/0" / path_of(index, 256)).read_bytes()
        if len(tile) != 256 * 32 or (directory / "tile/entries" / path_of(index, 256)).exists():
            raise ValueError(f"bundle {index} is there though it has ended, or its tile is not whole")
        yield from (tile[place : place + 32] for place in range(0, len(tile), 32))


def read_entries(directory, size, minimum):
    for index, width in pages(size):
        if index < minimum // 256:
            continue
        bundle, entries = (directory / "tile/entries" / path_of(index, width)).read_bytes(), []
        while bundle:
            length = 2 + int.from_bytes(bundle[:2], "big")
            if len(bundle) < length:
                raise ValueError(f"bundle {index} ends within an entry")
            entries.append(bundle[2:length])
            bundle = bundle[length:]
        if len(entries) != width:
            raise ValueError(f"bundle {index} has {len(entries)} entries instead of {width}")
        yield from entries


def verify(directory, verifier_key, earlier):
    size, root = open_checkpoint((directory / "checkpoint").read_bytes(), verifier_key)
    minimum = read_minimum_index(directory, size)
    entries = list(read_entries(directory, size, minimum))
    if minimum > max(map(minimum_index_in, entries), default=0):
        raise ValueError(f"entries before {minimum} are missing: no entry under the checkpoint says that they have ended")
    leaves = hashes = [*read_ended(directory, minimum), *map(leaf, entries)]
    for level in range(64):
        for index, width in pages(len(hashes)):
            if (directory / f"tile/{level}" / path_of(index, width)).read_bytes() != b"".join(hashes[256 * index : 256 * index + width]):
                raise ValueError(f"tile {index} of level {level} is not made of what lies below it")
        hashes = [root_of(hashes[256 * index : 256 * index + 256]) for index in range(len(hashes) // 256)]
    if root_of(leaves) != root:
        raise ValueError("the root is not the one of the checkpoint")
    if earlier:
        old_size, old_root = open_checkpoint(earlier, verifier_key)
        if old_size > size or root_of(leaves[:old_size]) != old_root:
            raise ValueError("the log does not continue the earlier checkpoint")
    return {"size": size, "ended": minimum} if minimum else {"size": size}


try:
    earlier_note = pathlib.Path(sys.argv[3]).read_bytes() if len(sys.argv) > 3 else None
    print(json.dumps({"step": "verified", **verify(pathlib.Path(sys.argv[1]), sys.argv[2], earlier_note)}))
except (ValueError, OSError, IndexError) as fault:
    print(json.dumps({"step": "refused", "fault": str(fault)}))
    sys.exit(1)
