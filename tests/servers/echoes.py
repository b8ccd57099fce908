#!/usr/bin/env python3
"""An MCP server over stdio that repeats its variable TOKEN in all that it lists, in clear and encoded."""
import base64
import json
import os
import sys
import urllib.parse

TOKEN = os.environ["TOKEN"]
FORMS = [
    TOKEN, TOKEN.encode().hex(), TOKEN.encode().hex().upper(), urllib.parse.quote(TOKEN.replace("-", "/")),
    *(base64.b64encode(b"x" * shift + TOKEN.encode() + b"yyy").decode() for shift in range(3)),
    base64.b64encode(TOKEN.encode().hex().encode()).decode(), json.dumps(TOKEN), "".join(f"\\u{ord(c):04x}" for c in TOKEN),
]
WORDS = " ; ".join(f"use {form} here" for form in FORMS)


def entry(**more):
    schema = {"type": "object", "properties": {form: {"default": form, "enum": FORMS} for form in FORMS}, "title": WORDS}
    return {"title": WORDS, "description": WORDS, "_meta": {TOKEN: FORMS}, TOKEN: [TOKEN], **more, "inputSchema": schema}


LISTS = {
    "tools/list": {"tools": [entry(name="t"), entry(name="named " + TOKEN)]},
    "resources/list": {"resources": [entry(uri="x:" + TOKEN, name=TOKEN)]},
    "resources/templates/list": {"resourceTemplates": [entry(uriTemplate="x:{a}/" + TOKEN, name=TOKEN)]},
    "prompts/list": {"prompts": [entry(name=TOKEN, arguments=[entry(name=TOKEN)])]},
    "tools/call": {"content": [{"type": "text", "text": "done"}]},
    "initialize": {
        "protocolVersion": "2025-11-25", "capabilities": {"tools": {}, "resources": {}, "prompts": {}},
        "serverInfo": {"name": "echoes " + TOKEN, "version": TOKEN}, "instructions": WORDS,
    },
    "ping": {},
}

for line in sys.stdin:
    message = json.loads(line)
    if "id" in message:
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": LISTS[message["method"]]}), flush=True)
