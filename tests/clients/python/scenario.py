"""Two editors change one server through the generated Python client."""

import sys
from http import HTTPStatus

from mcp_settings_client import AuthenticatedClient
from mcp_settings_client.api.mcp_servers import (
    copy_mcp_server,
    delete_mcp_server,
    get_mcp_server,
    patch_mcp_server,
    rename_mcp_server,
    replace_mcp_server,
)
from mcp_settings_client.models import (
    ConflictProblem,
    ExposeSecrets,
    McpServer,
    McpServerConfig,
    McpServerConfigEnvType0,
    McpServerConfigPatch,
    MissingProblem,
    NewName,
    PreconditionFailedProblem,
    UnprocessableProblem,
    WrittenMcpServer,
)


def scenario(client: AuthenticatedClient) -> None:
    # Create, and only create.
    env = McpServerConfigEnvType0.from_dict({"API_KEY": "a-secret"})
    config = McpServerConfig(command="uvx", args=["issues-mcp"], env=env)
    created = replace_mcp_server.sync_detailed("issues", client=client, body=config, if_none_match="*")
    assert created.status_code == HTTPStatus.CREATED, created
    again = replace_mcp_server.sync_detailed("issues", client=client, body=config, if_none_match="*")
    assert again.status_code == HTTPStatus.PRECONDITION_FAILED, again

    # Read.
    read = get_mcp_server.sync_detailed("issues", client=client)
    server = read.parsed
    assert isinstance(server, McpServer), read
    assert server.etag == read.headers["ETag"]
    assert server.config["command"] == "uvx"
    assert server.config["env"] == {"API_KEY": "[REDACTED]"}

    # Two editors have read the same; the first one wins.
    first = patch_mcp_server.sync_detailed(
        "issues", client=client, body=McpServerConfigPatch(description="Finds issues"), if_match=server.etag
    )
    assert isinstance(first.parsed, WrittenMcpServer), first
    change = McpServerConfigPatch(timeout=30)
    second = patch_mcp_server.sync_detailed("issues", client=client, body=change, if_match=server.etag)
    conflict = second.parsed
    assert isinstance(conflict, PreconditionFailedProblem), second
    assert conflict.type_ == "/problems/precondition-failed"
    assert conflict.current_etag == second.headers["ETag"] == first.parsed.etag
    assert conflict.changed == ["/timeout"]
    assert conflict.current["description"] == "Finds issues"

    # The second one sees that nobody else changed the time-out, and tries again.
    assert "timeout" not in conflict.current
    merged = patch_mcp_server.sync_detailed("issues", client=client, body=change, if_match=conflict.current_etag)
    assert isinstance(merged.parsed, WrittenMcpServer), merged
    shown = get_mcp_server.sync("issues", client=client, x_expose_secrets=ExposeSecrets.PLAINTEXT)
    assert shown.config.to_dict() == {
        "command": "uvx",
        "args": ["issues-mcp"],
        "env": {"API_KEY": "a-secret"},
        "description": "Finds issues",
        "timeout": 30,
    }

    # Nothing new is not sent again.
    unchanged = get_mcp_server.sync_detailed("issues", client=client, if_none_match=merged.parsed.etag)
    assert unchanged.status_code == HTTPStatus.NOT_MODIFIED, unchanged

    # Copy, its secret included, to a name that is free; then rename the copy.
    to = NewName(to="issues-copy")
    copied = copy_mcp_server.sync_detailed("issues", client=client, body=to, if_match=merged.parsed.etag)
    assert copied.status_code == HTTPStatus.CREATED, copied
    assert copied.headers["Location"] == "/api/settings/mcp-servers/issues-copy"
    assert copied.parsed.etag not in (None, merged.parsed.etag), copied
    taken = copy_mcp_server.sync("issues", client=client, body=to)
    assert isinstance(taken, ConflictProblem), taken
    assert taken.type_ == "/problems/name-taken"
    to = NewName(to="issues-renamed")
    renamed = rename_mcp_server.sync("issues-copy", client=client, body=to, if_match=copied.parsed.etag)
    assert renamed.name == "issues-renamed"
    same = get_mcp_server.sync("issues-renamed", client=client, x_expose_secrets=ExposeSecrets.PLAINTEXT)
    assert same.config.to_dict() == shown.config.to_dict()

    # What is wrong is named.
    wrong = patch_mcp_server.sync("issues", client=client, body=McpServerConfigPatch(timeout=-1))
    assert isinstance(wrong, UnprocessableProblem), wrong
    assert wrong.type_ == "/problems/invalid-config"
    assert [fault.pointer for fault in wrong.errors] == ["/timeout"]

    # Delete; then there is no such server.
    deleted = delete_mcp_server.sync_detailed("issues", client=client, if_match=merged.parsed.etag)
    assert deleted.status_code == HTTPStatus.NO_CONTENT, deleted
    missing = get_mcp_server.sync("issues", client=client)
    assert isinstance(missing, MissingProblem), missing
    assert missing.type_ == "/problems/unknown-server"


if __name__ == "__main__":
    url, key = sys.argv[1:]
    scenario(AuthenticatedClient(base_url=url, token=key))
