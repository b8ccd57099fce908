#!/usr/bin/env python3
"""Never is one process for long: each child has a child in a session of its own, and ends. Closes its output, unless
it has an argument."""
import os
import sys
import time

print("ready", flush=True)
if len(sys.argv) == 1:
    os.close(1)
if os.fork():
    while True:
        time.sleep(1)
while True:
    time.sleep(0.02)
    if os.fork():
        os._exit(0)
    os.setsid()
