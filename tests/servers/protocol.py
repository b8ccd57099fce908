"""An MCP server over stdio that breaks the protocol in the way its argument says.

    plain       does not: a server as it should be
    silent      reads, and answers nothing
    junk        prints banners, binary and JSON that is no message around every answer
    huge        answers `tools/list` with a line of 17 MiB
    unended     prints 17 MiB without a line break
    cursor      every page of `tools/list` names another one
    same        every page of `tools/list` names the same next page
    refuse      answers `initialize` with a JSON-RPC error
    old         speaks a version that nobody knows
    error       answers `tools/call` with a JSON-RPC error
    failed      answers `tools/call` with a result that says isError
    slow        answers `tools/list` after 30 s
    leave       exits with status 3 when a tool is called
    ask         asks the client for things before each answer, and waits for its replies
    deaf        closes its input after `initialize`, and stays
"""
import json
import os
import sys
import time

MODE = sys.argv[1]
OUT = sys.stdout.buffer


def put(message):
    OUT.write(json.dumps(message).encode() + b"\n")
    OUT.flush()


def raw(data):
    OUT.write(data)
    OUT.flush()


def tools(message):
    if MODE == "huge":
        raw(b'{"jsonrpc":"2.0","id":%d,"result":"' % message["id"] + b"x" * (17 << 20) + b'"}\n')
        return None
    if MODE == "unended":
        raw(b"x" * (17 << 20))
        return None
    if MODE == "slow":
        time.sleep(30)
    result = {"tools": [{"name": "t", "inputSchema": {"type": "object"}}]}
    if MODE == "cursor":
        result["nextCursor"] = str(message["id"])
    if MODE == "same":
        result["nextCursor"] = "again"
    return {"result": result}


def call(_message):
    if MODE == "error":
        return {"error": {"code": -32000, "message": "token is required"}}
    if MODE == "failed":
        return {"result": {"content": [{"type": "text", "text": "token is required"}], "isError": True}}
    if MODE == "leave":
        sys.exit(3)
    return {"result": {"content": [{"type": "text", "text": "done"}]}}


def initialize(_message):
    if MODE == "refuse":
        return {"error": {"code": -32000, "message": "token is required"}}
    version = "1999-01-01" if MODE == "old" else "2025-11-25"
    info = {"name": "protocol", "version": "1"}
    return {"result": {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": info}}


ANSWERS = {"initialize": initialize, "tools/list": tools, "tools/call": call, "ping": lambda _message: {"result": {}}}

for line in sys.stdin:
    message = json.loads(line)
    if MODE == "silent" or "id" not in message:
        continue
    if MODE == "junk":
        raw(b"Server is running on stdio\n\n\x00\xff\xfe\n[1,2,3]\n{\"hello\":\"world\"}\n{\n")
    if MODE == "ask" and message["method"] != "initialize":
        for number, method in enumerate(["ping", "roots/list", "elicitation/create"]):
            put({"jsonrpc": "2.0", "id": f"ask-{number}", "method": method})
            reply = json.loads(sys.stdin.readline())
            assert reply["id"] == f"ask-{number}", reply
            assert ("result" in reply) == (method == "ping"), reply
    answer = ANSWERS.get(message["method"], lambda _message: {"error": {"code": -32601, "message": "no"}})(message)
    if answer is not None:
        put({"jsonrpc": "2.0", "id": message["id"], **answer})
    if MODE == "deaf":
        os.close(0)
        time.sleep(60)
