"""A server made with the official Python SDK. The argument is the transport: `stdio`, `sse`, `streamable-http`, or
`json` for streamable HTTP whose answers are JSON. Over HTTP it listens on the port that the variable PORT names."""
import asyncio
import os
import sys

from mcp.server import MCPServer

server = MCPServer("sdk", version="7")


@server.tool()
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@server.tool()
def fail() -> str:
    """Fails."""
    raise ValueError("token is required")


@server.tool()
async def hang() -> str:
    """Never answers."""
    await asyncio.sleep(3600)
    return "never"


transport = sys.argv[1]
if transport == "stdio":
    server.run("stdio")
elif transport == "json":
    server.run("streamable-http", port=int(os.environ["PORT"]), json_response=True)
else:
    server.run(transport, port=int(os.environ["PORT"]))
