"""Opens the boxes of stream.json with another implementation.

Run by hand after making a new vector: python3 testdata/check.py
"""
import json, os
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

v = json.load(open(os.path.join(os.path.dirname(__file__), "stream.json")))
raw = lambda s: bytes.fromhex(s[2:])
chunks = [raw(c) for c in v["chunks"]]
n = int.from_bytes(chunks[0][4:6], "big")
sealed_key = chunks[0][6:6 + n]
boxes = [chunks[0][6 + n:]] + [c[4:] for c in chunks[1:]]
data = b"helium stream 1" + raw(v["task_key"]) + raw(v["node"]) + sealed_key
for i, (box, text) in enumerate(zip(boxes, v["texts"])):
    nonce = i.to_bytes(11, "big") + (b"\1" if i == len(boxes) - 1 else b"\0")
    assert ChaCha20Poly1305(raw(v["stream_key"])).decrypt(nonce, box, data).decode() == text
print(len(boxes), "boxes agree")
