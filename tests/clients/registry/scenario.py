"""An agent's own registry client (atomic-agents-stack) on our service as its catalog: it asks what the catalog
can do, and lists, loads, installs and uninstalls. Called with the address, and the keys of a revealer and of a reader."""

import os
import sys
import threading

from atomic_agents.mcp import MCPServerConnectFailed, MCPServerSpec
from atomic_agents.mcp_registry import (
    MCPRegistryAuthRequired,
    MCPRegistryUnavailable,
    MCPServerAlreadyInstalled,
    MCPServerNotInRegistry,
)
from atomic_agents.mcp_registry.http import HTTPMCPServerRegistryBackend

address, revealer, reader = sys.argv[1:]


def registry(scope="default", key=revealer):
    return HTTPMCPServerRegistryBackend(f"{address}/registry", scope, auth_token=key)


def names(backend):
    return [reference.name for reference in backend.list_mcp_servers()]


def raises(kind, operation, *arguments):
    try:
        operation(*arguments)
    except kind as error:
        return str(error)
    raise AssertionError(f"{operation} did not raise {kind}")


def spec(name, **members):
    return MCPServerSpec(name=name, command="npx", **members)


def capabilities():
    backend = registry()
    can = backend.refresh_capabilities()
    assert can.supports_install and can.supports_uninstall and can.supports_audit and can.durable, can
    backend.list_mcp_servers()
    assert backend.capabilities == can
    backend.close()
    backend.close()


def life_of_a_server():
    backend = registry()
    name = "a.b+c@d-e_f"
    raises(MCPServerNotInRegistry, backend.load_mcp_server, name)
    installed = spec(
        name,
        args=["-y", "${X}", "$HOME", "a,b", ""],
        env={"TOKEN": "$REGISTRY_SCENARIO", "EMPTY": ""},
        description="one\ntwo",
    )
    reference = backend.install(installed)
    assert (reference.name, reference.transport) == (name, "stdio"), reference
    assert names(backend) == [name]
    assert name in raises(MCPServerAlreadyInstalled, backend.install, installed)

    os.environ.pop("REGISTRY_SCENARIO", None)
    assert "$REGISTRY_SCENARIO" in raises(MCPServerConnectFailed, backend.load_mcp_server, name)
    os.environ["REGISTRY_SCENARIO"] = "resolved here"
    loaded = backend.load_mcp_server(name)
    assert (loaded.command, loaded.args) == (installed.command, installed.args), loaded.args
    assert dict(loaded.env) == {"TOKEN": "resolved here", "EMPTY": ""}
    assert (loaded.transport, loaded.description) == ("stdio", "one\ntwo")
    checked = backend.validate(name)
    assert checked.ok and not checked.errors, checked

    backend.uninstall(name)
    backend.uninstall(name)
    assert names(backend) == []
    raises(MCPServerNotInRegistry, backend.load_mcp_server, name)
    assert not backend.validate(name).ok
    backend.install(installed)
    backend.uninstall(name)


def all_at_once():
    backend = registry("many")
    for name in ["zeta", "alpha", "mu"]:
        backend.install(spec(name, args=[name], description=name))
    assert names(backend) == ["alpha", "mu", "zeta"]
    assert backend.load_all_mcp_servers() == [backend.load_mcp_server(name) for name in names(backend)]


def scopes_stay_apart():
    one, other = registry("a"), registry("a.b")
    one.install(spec("b.c", args=["one"]))
    other.install(spec("c", args=["other"]))
    assert (names(one), names(other)) == (["b.c"], ["c"])
    one.uninstall("c")
    one.uninstall("b.c")
    assert (names(one), names(other)) == ([], ["c"])
    assert other.load_mcp_server("c").args == ["other"]


def one_of_five_wins():
    outcomes = []

    def install(number):
        try:
            registry("race").install(spec("contested", args=[str(number)]))
            outcomes.append(number)
        except MCPServerAlreadyInstalled:
            outcomes.append(None)

    threads = [threading.Thread(target=install, args=[number]) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [outcome for outcome in outcomes if outcome is not None]
    assert len(outcomes) == 5 and len(winners) == 1, outcomes
    assert registry("race").load_mcp_server("contested").args == [str(winners[0])]


def what_a_key_may():
    raises(MCPRegistryAuthRequired, registry(key="wrong").list_mcp_servers)
    reading = registry("many", key=reader)
    assert names(reading) == ["alpha", "mu", "zeta"]
    raises(MCPRegistryUnavailable, reading.install, spec("more"))
    raises(MCPRegistryUnavailable, reading.uninstall, "mu")
    assert names(reading) == ["alpha", "mu", "zeta"]


for step in [capabilities, life_of_a_server, all_at_once, scopes_stay_apart, one_of_five_wins, what_a_key_may]:
    step()
    print(step.__name__)
