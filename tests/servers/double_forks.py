#!/usr/bin/env python3
"""Starts a daemon as daemons are started: two forks and a session of its own. The daemon ignores SIGTERM. Stays."""
import os
import signal
import sys
import time

if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.close(1)
    while True:
        time.sleep(1)
time.sleep(0.1)
print("ready", flush=True)
sys.stdin.read()
