#!/usr/bin/env python3
"""Becomes more and more processes, up to 60."""
import subprocess
import sys
import time

print("ready", flush=True)
for _ in range(60):
    subprocess.Popen(["sleep", "1000"], stdout=subprocess.DEVNULL)
    time.sleep(0.01)
sys.stdin.read()
time.sleep(1000)
