import assert from "node:assert/strict";
import test from "node:test";
import { hasScheme, withScheme } from "../src/model/url-parts.ts";

test("a scheme is proposed where a host is given, as the service proposes it", () => {
  const table: [string, string | null][] = [
    ["x.example/mcp", "https://x.example/mcp"],
    ["//x.example/mcp", "https://x.example/mcp"],
    ["x.example:8443/mcp?token=t#f", "https://x.example:8443/mcp"],
    ["u:p@x.example/mcp", "https://x.example/mcp"],
    ["localhost:3000/mcp", "http://localhost:3000/mcp"],
    ["localhost", "http://localhost"],
    ["127.0.0.1:80", "http://127.0.0.1:80"],
    ["[::1]:80/sse", "http://[::1]:80/sse"],
    ["box:3000", "https://box:3000"],
    ["unparseable", null],
    ["/mcp", null],
    ["x.example:port/", null],
  ];
  for (const [url, proposal] of table) {
    assert.equal(hasScheme(url), false, url);
    assert.equal(withScheme(url), proposal, url);
  }
  for (const url of ["https://h", "HTTP://h", "ws://h", "http:h", "${URL}/mcp", "$URL", "{{url}}", "%URL%"]) assert.ok(hasScheme(url), url);
});
