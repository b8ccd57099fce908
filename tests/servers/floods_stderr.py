#!/usr/bin/env python3
"""Writes 2 MB on stderr before its first line on stdout, the last of it without a line break."""
import sys

line = b"x" * 99 + b"\n"
for _ in range(20):
    sys.stderr.buffer.write(line * 1000)
sys.stderr.buffer.write(b"the last words")
sys.stderr.flush()
print("ready", flush=True)
sys.stdin.read()
