#!/usr/bin/env python3
"""An MCP server over stdio whose instances are watched. Its arguments say what it does beside answering:

    starts=FILE   appends its process id to the file
    say=TEXT      a line on stderr
    exit          exits with status 3 at once
    slow=SECONDS  waits before it answers `initialize`
    die           exits with status 3 once it is initialized
    mute          answers nothing
    deaf          ignores the end of its input and every signal that can be ignored
    fork          has a child in its group that ignores SIGTERM
    daemon        has a daemon, made with two forks and a session of its own, that ignores SIGTERM
    flood         writes half a megabyte on stderr
    junk          prints banners, binary and JSON that is no message before every answer
    cursor        every page of `tools/list` names another one
    bare          has no tools
    flicker       answers every other `tools/list` with an error

Its tools are the functions of `TOOLS`. They say of themselves that they only read.
"""
import json
import os
import signal
import sys
import time

WORDS = dict(word.partition("=")[::2] for word in sys.argv[1:])
OUT = sys.stdout.buffer
calls = 0
lists = 0


def put(message):
    if "junk" in WORDS:
        OUT.write(b"Server is running on stdio\n\n\x00\xff\xfe\n[1,2,3]\n{\"hello\":\"world\"}\n{\n")
    OUT.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
    OUT.flush()


def stay():
    """What a child does that is to be left alone."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.close(0)
    os.close(1)
    os.close(2)
    while True:
        time.sleep(1)


def text(value, **more):
    return {"result": {"content": [{"type": "text", "text": value}], **more}}


def error(message):
    return {"error": {"code": -32000, "message": message}}


def leave(_arguments):
    sys.exit(3)


def hang(_arguments):
    return None


def large(_arguments):
    OUT.write(b'{"jsonrpc":"2.0","id":1,"result":"' + b"x" * (64 << 20) + b'"}\n')
    OUT.flush()


def say(arguments):
    print(arguments["text"], file=sys.stderr, flush=True)
    return text("said")


def whoami(_arguments):
    return text("somebody") if os.environ.get("TOKEN") else text("token is required", isError=True)


TOOLS = {
    "pid": lambda _arguments: text(str(os.getpid())),
    "calls": lambda _arguments: text(str(calls)),
    "env": lambda _arguments: text(json.dumps(dict(os.environ))),
    "whoami": whoami,
    "fail": lambda _arguments: text("token is required", isError=True),
    "refuse": lambda _arguments: error("token is required"),
    "leak": lambda _arguments: error("token is required, not " + os.environ["TOKEN"]),
    "hang": hang,
    "leave": leave,
    "large": large,
    "say": say,
}


def tools(message):
    global lists
    lists += 1
    if "flicker" in WORDS and lists % 2 == 0:
        return error("the database is away")
    result = {"tools": [
        {"name": name, "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}} for name in TOOLS
    ]}
    if "cursor" in WORDS:
        result["nextCursor"] = str(message["id"])
    return {"result": result}


def call(message):
    global calls
    calls += 1
    tool = TOOLS.get(message["params"]["name"], lambda _arguments: error("there is no such tool"))
    return tool(message["params"].get("arguments", {}))


def initialize(_message):
    time.sleep(float(WORDS.get("slow", "0")))
    capabilities = {} if "bare" in WORDS else {"tools": {}}
    return {"result": {
        "protocolVersion": "2025-11-25", "capabilities": capabilities, "serverInfo": {"name": "instance", "version": "1"},
    }}


if "starts" in WORDS:
    with open(WORDS["starts"], "a") as starts:
        starts.write(f"{os.getpid()}\n")
if "say" in WORDS:
    print(WORDS["say"], file=sys.stderr, flush=True)
if "exit" in WORDS:
    sys.exit(3)
if "deaf" in WORDS:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
if "fork" in WORDS and os.fork() == 0:
    stay()
if "daemon" in WORDS and os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    stay()
if "flood" in WORDS:
    for _ in range(5):
        sys.stderr.buffer.write((b"x" * 99 + b"\n") * 1000)
    sys.stderr.flush()

ANSWERS = {"initialize": initialize, "tools/list": tools, "tools/call": call, "ping": lambda _message: {"result": {}}}

for line in sys.stdin:
    message = json.loads(line)
    if "die" in WORDS and message.get("method") == "notifications/initialized":
        sys.exit(3)
    if "mute" in WORDS or "id" not in message or "method" not in message:
        continue
    answer = ANSWERS.get(message["method"], lambda _message: error("there is no such method"))(message)
    if answer is not None:
        put({"id": message["id"], **answer})
while "deaf" in WORDS:
    time.sleep(1)
