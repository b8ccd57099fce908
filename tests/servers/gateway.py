#!/usr/bin/env python3
"""A Llama Stack gateway, as far as its toolgroups go: every answer is that of llama-stack 0.5.2.

    port=N        where it listens; 0 picks one, and its first line says which
    file=FILE     keeps the toolgroups, so that it can be killed and started again

`PUT /test/faults` sets a list of faults; each call meets the first that is for its method and takes one of its
`times`: {"method": "POST", "times": 1, "do": "..."}. What it does:

    lose          closes the connection, and carries nothing out
    lose-answer   carries the call out, and closes the connection
    late          answers nothing, and carries the call out after `seconds`
    slow          answers after `seconds`
    status        answers with `status`, and carries nothing out
    keep          answers a registration with 400, and keeps it without an endpoint
    redirect      answers with a redirect to `location`
    junk          answers 200 and what is no JSON
    large         answers 200 and never ends
    forget        forgets everything, then carries the call out

`GET /test/calls` lists the calls that came, with their bodies; `DELETE /test/groups` forgets everything.
"""
import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

WORDS = dict(word.partition("=")[::2] for word in sys.argv[1:])
FILE = WORDS.get("file")
PROVIDERS = {"model-context-protocol"}
LOCK = threading.RLock()
CALLS = []
FAULTS = []
GROUPS = {}

FIELDS = [("toolgroup_id", str, True), ("provider_id", str, True), ("mcp_endpoint", dict, False), ("args", dict, False)]


def load():
    if FILE and os.path.exists(FILE):
        with open(FILE) as file:
            GROUPS.update(json.load(file))


def save():
    """Replaces the file, as a killed process must leave the one or the other."""
    if FILE:
        with open(FILE + ".new", "w") as file:
            json.dump(GROUPS, file)
        os.replace(FILE + ".new", FILE)


def not_found(group):
    return 404, {"detail": f"Tool Group '{group}' not found. Use 'client.toolgroups.list()' to list available Tool Groups."}


def invalid(*errors):
    return 400, {"error": {"detail": {"errors": [{"loc": loc, "msg": msg, "type": kind} for loc, msg, kind in errors]}}}


def listed(group):
    return {key: group[key] for key in ("identifier", "provider_resource_id", "provider_id", "type", "mcp_endpoint", "args")}


def read(body):
    """The fields of a registration, or the answer that refuses them."""
    try:
        body = json.loads(body)
    except ValueError:
        return None, invalid((["body", 1], "JSON decode error", "json_invalid"))
    if not isinstance(body, dict):
        return None, invalid(*((["body", name], "Field required", "missing") for name, _, _ in FIELDS))
    errors = []
    for name, kind, is_required in FIELDS:
        value = body.get(name)
        if name not in body and is_required:
            errors.append((["body", name], "Field required", "missing"))
        elif name in body and not isinstance(value, kind) and (is_required or value is not None):
            word = "string" if kind is str else "dictionary"
            errors.append((["body", name], f"Input should be a valid {word}", f"{word}_type"))
    endpoint = body.get("mcp_endpoint")
    if isinstance(endpoint, dict) and not isinstance(endpoint.get("uri"), str):
        is_there = "uri" in endpoint
        errors.append((
            ["body", "mcp_endpoint", "uri"], "Input should be a valid string" if is_there else "Field required",
            "string_type" if is_there else "missing",
        ))
    return body, invalid(*errors) if errors else None


def register(body, keep=False):
    body, refusal = read(body)
    if refusal:
        return refusal
    name, provider = body["toolgroup_id"], body["provider_id"]
    endpoint = body.get("mcp_endpoint") and {"uri": body["mcp_endpoint"]["uri"]}
    if keep:
        endpoint = None
    if provider not in PROVIDERS:
        return 400, {"detail": f"Invalid value: Provider `{provider}` not found"}
    group = {
        "identifier": name, "provider_resource_id": name, "provider_id": provider, "type": "tool_group", "owner": None,
        "source": "via_register_api", "mcp_endpoint": endpoint, "args": body.get("args"),
    }
    there = GROUPS.get(name)
    if there is not None and there != group:
        return 400, {"detail": f"Invalid value: Object of type 'tool_group' and identifier '{name}' already exists. "
                               "Unregister it first if you want to replace it."}
    GROUPS[name] = group
    save()
    if endpoint is None:
        return 400, {"detail": "Invalid value: mcp_endpoint is required"}
    return 200, None


def carry_out(method, name, body, keep=False):
    """The status and the body of the answer, where the body of 204 is nothing at all."""
    with LOCK:
        if name is None:
            if method == "POST":
                return register(body, keep)
            if method == "GET":
                return 200, {"data": [listed(group) for group in GROUPS.values()]}
            return 405, {"detail": "Method Not Allowed"}
        if method not in ("GET", "DELETE"):
            return 405, {"detail": "Method Not Allowed"}
        if name not in GROUPS:
            return not_found(name)
        if method == "GET":
            return 200, GROUPS[name]
        del GROUPS[name]
        save()
        return 204, None


def fault_of(method):
    with LOCK:
        for fault in FAULTS:
            if fault.get("method", method) == method and fault.get("times", 1) > 0:
                fault["times"] = fault.get("times", 1) - 1
                return fault
    return {"do": "nothing"}


def later(seconds, method, name, body):
    time.sleep(seconds)
    carry_out(method, name, body)


class Gateway(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A client that waits for an acknowledgement of the head would wait 40 ms.
    wbufsize = -1

    def log_message(self, *_arguments):
        pass

    def answer(self, status, body=None, **headers):
        text = b"" if status == 204 else body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
        if self.headers.get("Connection") == "close":
            self.close_connection = True
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)
        self.wfile.flush()

    def control(self, body):
        with LOCK:
            if self.path == "/test/faults":
                FAULTS[:] = json.loads(body)
                return self.answer(204)
            if self.path == "/test/calls":
                return self.answer(200, CALLS)
            if self.path == "/test/groups":
                GROUPS.clear()
                save()
                return self.answer(204)
        return self.answer(404, {"detail": "Not Found"})

    def endless(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b" " * 65536)
        except OSError:
            self.close_connection = True

    def do_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        method, path = self.command, self.path
        if path.startswith("/test/"):
            return self.control(body)
        with LOCK:
            CALLS.append({"method": method, "path": path, "body": body.decode("utf-8", "replace"), "headers": dict(self.headers)})
        if path == "/v1/toolgroups":
            name = None
        elif path.startswith("/v1/toolgroups/"):
            name = unquote(path.removeprefix("/v1/toolgroups/"))
        else:
            return self.answer(404, {"detail": "Not Found"})
        version = self.headers.get("X-LlamaStack-Client-Version")
        if version and version.split(".")[:2] != ["0", "5"]:
            return self.answer(426, {"error": {"message": f"Client version {version} is not compatible with server "
                                                          "version 0.5.2. Please update your client."}})
        fault = fault_of(method)
        do = fault["do"]
        if do == "lose":
            self.close_connection = True
            return None
        if do == "lose-answer":
            carry_out(method, name, body)
            self.close_connection = True
            return None
        if do == "late":
            threading.Thread(target=later, args=(fault["seconds"], method, name, body), daemon=True).start()
            time.sleep(60)
            self.close_connection = True
            return None
        if do == "slow":
            time.sleep(fault["seconds"])
        if do == "status":
            return self.answer(fault["status"], {"detail": fault.get("detail", "An internal error occurred.")})
        if do == "redirect":
            return self.answer(fault.get("status", 307), None, Location=fault["location"])
        if do == "junk":
            return self.answer(200, b"<html>")
        if do == "large":
            return self.endless()
        if do == "forget":
            with LOCK:
                GROUPS.clear()
                save()
        return self.answer(*carry_out(method, name, body, do == "keep"))

    do_GET = do_POST = do_PUT = do_DELETE = do_any


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


load()
server = Server(("127.0.0.1", int(WORDS.get("port", 0))), Gateway)
print(server.server_address[1], flush=True)
server.serve_forever()
