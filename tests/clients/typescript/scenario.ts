/** Two editors change one server through openapi-fetch and the generated types. */

import assert from "node:assert/strict";
import { argv } from "node:process";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Config = components["schemas"]["McpServerConfig"];

const [baseUrl, key] = argv.slice(2);
assert(baseUrl && key);
const { DELETE, GET, PATCH, POST, PUT } = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key}` } });
const ITEM = "/api/settings/mcp-servers/{name}";
const path = { name: "issues" };

// Create, and only create.
const config: Config = { command: "uvx", args: ["issues-mcp"], env: { API_KEY: "a-secret" } };
const onlyCreate = { params: { path, header: { "If-None-Match": "*" } }, body: config };
const created = await PUT(ITEM, onlyCreate);
assert.equal(created.response.status, 201);
const again = await PUT(ITEM, onlyCreate);
assert.equal(again.response.status, 412);

// Read.
const { data: server, response: read } = await GET(ITEM, { params: { path } });
assert(server);
assert.equal(server.etag, read.headers.get("ETag"));
assert.deepEqual(server.config, { ...config, env: { API_KEY: "[REDACTED]" } });

// Two editors have read the same; the first one wins.
const ifMatch = (etag: string) => ({ path, header: { "If-Match": etag } });
const first = await PATCH(ITEM, { params: ifMatch(server.etag), body: { description: "Finds issues" } });
assert(first.data);
const change = { timeout: 30 };
const second = await PATCH(ITEM, { params: ifMatch(server.etag), body: change });
const conflict = second.error;
assert(conflict?.status === 412 && conflict.current && conflict.current_etag);
assert.equal(conflict.type satisfies "/problems/precondition-failed", "/problems/precondition-failed");
assert.equal(conflict.current_etag, first.data.etag);
assert.equal(conflict.current_etag, second.response.headers.get("ETag"));
assert.deepEqual(conflict.changed, ["/timeout"]);
assert.equal(conflict.current.description, "Finds issues");

// The second one sees that nobody else changed the time-out, and tries again.
assert(!("timeout" in conflict.current));
const merged = await PATCH(ITEM, { params: ifMatch(conflict.current_etag), body: change });
assert(merged.data);
const shown = await GET(ITEM, { params: { path, header: { "X-Expose-Secrets": "plaintext" } } });
assert.deepEqual(shown.data?.config, { ...config, ...change, description: "Finds issues" });

// Nothing new is not sent again.
const { etag } = merged.data;
assert(etag);
const unchanged = await GET(ITEM, { params: { path, header: { "If-None-Match": etag } } });
assert.equal(unchanged.response.status, 304);

// Copy, its secret included, to a name that is free; then rename the copy.
const copy = { params: ifMatch(etag), body: { to: "issues-copy" } };
const copied = await POST("/api/settings/mcp-servers/{name}/copy", copy);
assert(copied.response.status === 201 && copied.data?.etag);
assert.equal(copied.response.headers.get("Location"), "/api/settings/mcp-servers/issues-copy");
assert.notEqual(copied.data.etag, etag);
const taken = await POST("/api/settings/mcp-servers/{name}/copy", copy);
assert(taken.error?.status === 409);
assert.equal(taken.error.type, "/problems/name-taken");
const renamed = await POST("/api/settings/mcp-servers/{name}/rename", {
    params: { path: { name: copied.data.name }, header: { "If-Match": copied.data.etag } },
    body: { to: "issues-renamed" },
});
assert.equal(renamed.data?.name, "issues-renamed");
const same = await GET(ITEM, {
    params: { path: { name: "issues-renamed" }, header: { "X-Expose-Secrets": "plaintext" } },
});
assert.deepEqual(same.data?.config, shown.data.config);

// What is wrong is named.
const wrong = await PATCH(ITEM, { params: { path }, body: { timeout: -1 } });
assert(wrong.error?.status === 422);
assert.equal(wrong.error.type, "/problems/invalid-config");
assert.deepEqual(wrong.error.errors?.map((fault) => fault.pointer), ["/timeout"]);

// Delete; then there is no such server.
const deleted = await DELETE(ITEM, { params: ifMatch(etag) });
assert.equal(deleted.response.status, 204);
const missing = await GET(ITEM, { params: { path } });
assert(missing.error?.status === 404);
assert.equal(missing.error.type, "/problems/unknown-server");
