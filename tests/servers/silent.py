#!/usr/bin/env python3
"""Reads all that it is sent and answers nothing. Ends when nothing more comes."""
import sys

sys.stdin.buffer.read()
