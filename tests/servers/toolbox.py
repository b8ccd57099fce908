#!/usr/bin/env python3
"""An MCP server over stdio whose tools, resources and prompts are looked at by people. Where the file that its argument names
exists, it lists others: `echo` has changed, `fail` is gone, `fresh` and the resource `notes://fresh` are new. With a variable
TOKEN it says that secret wherever it can: in descriptions, in a URI, in a schema, in an error, in a result and on stderr.
"""
import json
import os
import sys

OTHER = sys.argv[1] if len(sys.argv) > 1 else ""
TOKEN = os.environ.get("TOKEN", "none")
# A red dot, 5 by 5 pixels.
DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5E"
    "rkJggg=="
)


def is_other():
    return OTHER != "" and os.path.exists(OTHER)


def echo_schema():
    return {
        "type": "object",
        "required": ["text", "mood"],
        "properties": {
            "times": {"type": "integer", "description": "How often.", "default": 1},
            "text": {"type": "string", "title": "Text", "description": "What is said."},
            "mood": {"$ref": "#/$defs/mood"},
            "loud": {"type": "boolean"},
            "pitch": {"anyOf": [{"type": "number"}, {"type": "null"}]},
            "names": {"type": "array", "items": {"type": "string"}},
        },
        "$defs": {"mood": {"enum": ["glad", "sad"], "description": "How it is said."}},
    }


def listed():
    tools = [
        {
            "name": "echo",
            "title": "Echo",
            "description": "Answers what it is called with, changed." if is_other() else "Answers what it is called with.",
            "inputSchema": echo_schema(),
            "annotations": {"readOnlyHint": True},
        },
        {"name": "dot", "description": "Draws a red dot.\nIt takes nothing.", "inputSchema": {"type": "object", "properties": {}}},
        {"name": "wait", "description": "Never answers.", "inputSchema": {"type": "object"}},
        {"name": "leak", "description": f"Needs {TOKEN}.", "inputSchema": {"type": "object", "properties": {"key": {"type": "string", "default": TOKEN}}}},
        {"name": "refuse", "description": "Answers an error.", "inputSchema": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}},
    ]
    if is_other():
        return [*tools, {"name": "fresh", "description": "Was not there before.", "inputSchema": {"type": "object"}}]
    return [*tools, {"name": "fail", "description": "Fails.", "inputSchema": {"type": "object"}}]


def resources():
    notes = [
        {
            "uri": "notes://today",
            "name": "today",
            "title": "Notes of today",
            "description": "What was written down since midnight.\nThe newest is at the end.",
            "mimeType": "text/markdown",
            "size": 2048,
            "annotations": {"audience": ["user", "assistant"], "lastModified": "2026-01-02T03:04:05Z"},
        },
        {"uri": "notes://plan", "name": "plan", "mimeType": "application/json"},
        {"uri": f"notes://of/{TOKEN}", "name": "own", "description": f"Needs {TOKEN}."},
    ]
    return [*notes, {"uri": "notes://fresh", "name": "fresh"}] if is_other() else notes


TEMPLATES = [{
    "uriTemplate": "notes://{year}/{month}{?words*}",
    "name": "by-month",
    "description": "Notes of one month.",
    "mimeType": "text/markdown",
}]
PROMPTS = [
    {
        "name": "review",
        "title": "Review",
        "description": "Has a text reviewed.",
        "arguments": [
            {"name": "style", "description": "How strictly."},
            {"name": "text", "title": "The text", "description": "What is reviewed.", "required": True},
        ],
    },
    {"name": "greet", "description": f"Greets with {TOKEN}."},
]


def text(value, **more):
    return {"result": {"content": [{"type": "text", "text": value}], **more}}


def call(message):
    name, arguments = message["params"]["name"], message["params"].get("arguments", {})
    if name == "echo":
        return text(json.dumps(arguments), structuredContent=arguments)
    if name == "dot":
        return {"result": {"content": [{"type": "image", "data": DOT, "mimeType": "image/png"}]}}
    if name == "wait":
        return None
    if name == "leak":
        print(f"the key is {TOKEN}", file=sys.stderr, flush=True)
        return text(f"the key is {TOKEN}", isError=True)
    if name == "fail":
        return text("no birds today", isError=True)
    return {"error": {"code": -32000, "message": f"not with {TOKEN}"}}


def initialize(_message):
    return {"result": {
        "protocolVersion": "2025-11-25", "capabilities": {"tools": {}, "resources": {}, "prompts": {}},
        "serverInfo": {"name": "toolbox", "version": "1"},
    }}


ANSWERS = {"initialize": initialize, "tools/list": lambda _message: {"result": {"tools": listed()}}, "tools/call": call,
           "resources/list": lambda _message: {"result": {"resources": resources()}},
           "resources/templates/list": lambda _message: {"result": {"resourceTemplates": TEMPLATES}},
           "prompts/list": lambda _message: {"result": {"prompts": PROMPTS}}, "ping": lambda _message: {"result": {}}}
print(f"listening with {TOKEN}", file=sys.stderr, flush=True)
for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message or "method" not in message:
        continue
    answer = ANSWERS.get(message["method"], lambda _message: {"error": {"code": -32601, "message": "no"}})(message)
    if answer is not None:
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], **answer}) + "\n")
        sys.stdout.flush()
