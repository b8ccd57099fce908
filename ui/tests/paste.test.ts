/** What people copy out of documentation, as it is written for the clients they know. */
import assert from "node:assert/strict";
import test from "node:test";
import { toPlain } from "../src/json/value.ts";
import { writeJson } from "../src/json/write.ts";
import { type PastedDraft, parsePaste } from "../src/model/paste.ts";
import { call } from "./service.ts";

const schema = toPlain((await call("GET", "/schemas/mcp-server.json")).body);

/** The drafts of a text as `name: configuration`. */
function pasted(text: string): string[] {
  const { drafts, fault } = parsePaste(text, schema);
  return [...drafts.map(({ name, config }) => `${name}: ${writeJson(config)}`), ...(fault === null ? [] : [`fault: ${fault}`])];
}

function only(text: string): PastedDraft {
  const { drafts, fault } = parsePaste(text, schema);
  const [draft] = drafts;
  if (draft === undefined || drafts.length > 1) throw new Error(`${drafts.length} drafts of ${text}: ${fault}`);
  return draft;
}

const pointers = (findings: { pointer: string }[]) => findings.map(({ pointer }) => pointer);

test("the blocks of the clients' own documents become drafts in our words", () => {
  const table: [string, string, string[]][] = [
    [
      "Claude Desktop",
      '{"mcpServers":{"notes":{"command":"npx","args":["-y","@acme/notes-mcp"],"env":{"NOTES_DIR":"~/notes"}}}}',
      ['notes: {"command":"npx","args":["-y","@acme/notes-mcp"],"env":{"NOTES_DIR":"~/notes"}}'],
    ],
    [
      "Claude Code",
      '{"mcpServers":{"tickets":{"type":"http","url":"https://tickets.example/mcp","headers":{"X-Team":"blue"}},"local":{"type":"stdio","command":"tickets"}}}',
      [
        'tickets: {"transport":"http","url":"https://tickets.example/mcp","headers":{"X-Team":"blue"}}',
        'local: {"transport":"stdio","command":"tickets"}',
      ],
    ],
    ["Cursor", '{"mcpServers":{"remote":{"url":"http://localhost:3000/sse"}}}', ['remote: {"url":"http://localhost:3000/sse"}']],
    [
      "VS Code",
      `{
        // Asked for at the first start.
        "inputs": [{ "type": "promptString", "id": "key", "password": true }],
        "servers": { "search": { "type": "stdio", "command": "uvx", "args": ["search-mcp"], "env": { "SEARCH_KEY": "\${input:key}" }, }, },
      }`,
      ['search: {"transport":"stdio","command":"uvx","args":["search-mcp"],"env":{"SEARCH_KEY":"${input:key}"}}'],
    ],
    ["VS Code's settings", '{"editor.fontSize":12,"mcp":{"servers":{"a":{"command":"x"}}}}', ['a: {"command":"x"}']],
    [
      "Windsurf",
      '{"mcpServers":{"r":{"serverUrl":"https://r.example/mcp","headers":{"API_KEY":"k"}}}}',
      ['r: {"url":"https://r.example/mcp","headers":{"API_KEY":"k"}}'],
    ],
    [
      "Zed",
      '{"theme":"One","context_servers":{"a":{"command":"x","args":[],"env":{}},"old":{"command":{"path":"y","args":["-v"],"env":null}}}}',
      ['a: {"command":"x","args":[],"env":{}}', 'old: {"command":"y","args":["-v"]}'],
    ],
    [
      "Cline",
      '{"mcpServers":{"c":{"type":"streamableHttp","url":"https://c.example","disabled":true,"autoApprove":["a"]}}}',
      ['c: {"transport":"streamable-http","url":"https://c.example","enabled":false,"autoApprove":["a"]}'],
    ],
    [
      "Gemini CLI",
      '{"mcpServers":{"g":{"httpUrl":"https://g.example/mcp","timeout":600000,"trust":false}}}',
      ['g: {"url":"https://g.example/mcp","transport":"http","timeout":600000,"trust":false}'],
    ],
    [
      "OpenHands",
      '{"mcp_config":{"mcpServers":{"o":{"url":"https://o.example","transport":"sse","auth":{"strategy":"bearer","value":"t"}}}}}',
      ['o: {"url":"https://o.example","transport":"sse","auth":{"strategy":"bearer","value":"t"}}'],
    ],
    ["OpenHands, newer", '{"agent_settings":{"mcp_config":{"o":{"command":"x"}}}}', ['o: {"command":"x"}']],
    [
      "OpenHands' lists",
      '{"mcp":{"sse_servers":["https://one.example/sse",{"url":"https://mcp.two.example","api_key":"k"}],"shttp_servers":[{"url":"https://three.example"}],"stdio_servers":[{"name":"four","command":"x","args":["a"]}]}}',
      [
        'four: {"command":"x","args":["a"],"transport":"stdio"}',
        'three: {"url":"https://three.example","transport":"http"}',
        'one: {"url":"https://one.example/sse","transport":"sse"}',
        'two: {"url":"https://mcp.two.example","transport":"sse","auth":{"strategy":"bearer","value":"k"}}',
      ],
    ],
    ["LM Studio", '{"mcpServers":{"hub":{"url":"https://hub.example/mcp","headers":{"Authorization":"Bearer t"}}}}', ['hub: {"url":"https://hub.example/mcp","headers":{"Authorization":"Bearer t"}}']],
    [
      "opencode",
      '{"mcp":{"a":{"type":"local","command":["bun","x","my-command"],"environment":{"A":"1"},"enabled":true}}}',
      ['a: {"transport":"stdio","command":"bun","env":{"A":"1"},"enabled":true,"args":["x","my-command"]}'],
    ],
    ["a plain map", '{"a":{"command":"x"},"b":{"url":"https://b.example"}}', ['a: {"command":"x"}', 'b: {"url":"https://b.example"}']],
    ["the inner part", '"a": {"command":"x"},\n"b": {"command":"y"},', ['a: {"command":"x"}', 'b: {"command":"y"}']],
    ["the inner part with its member", '"mcpServers": {"a": {"command":"x"}}', ['a: {"command":"x"}']],
    ["a brace too few", '"mcpServers": {"a": {"command":"x"}}}', ['a: {"command":"x"}']],
    ["one server", '{"command":"npx","args":["-y","@acme/server-files@1.2"]}', ['files: {"command":"npx","args":["-y","@acme/server-files@1.2"]}']],
    ["one server with its name", '{"name":"mine","url":"https://x.example"}', ['mine: {"url":"https://x.example"}']],
    ["a list", '[{"name":"a","command":"x"},{"url":"https://mcp.b.example"}]', ['a: {"command":"x"}', 'b: {"url":"https://mcp.b.example"}']],
    ["in a fence", 'Add this:\n```json\n{"mcpServers":{"a":{"command":"x"}}}\n```\nor\n```sh\nnpx b\n```', ['a: {"command":"x"}', 'b: {"command":"npx","args":["b"]}']],
    ["numbers as variables", '{"command":"x","env":{"PORT":8080,"DEBUG":true}}', ['x: {"command":"x","env":{"PORT":"8080","DEBUG":"true"}}']],
  ];
  for (const [client, text, expected] of table) assert.deepEqual(pasted(text), expected, client);
});

test("lines of a shell and addresses become drafts", () => {
  const table: [string, string[]][] = [
    ["npx -y @acme/mcp-server-github", ['github: {"command":"npx","args":["-y","@acme/mcp-server-github"]}']],
    ["uvx --from git+https://h.example/x mcp-server-git --repo .", ['git: {"command":"uvx","args":["--from","git+https://h.example/x","mcp-server-git","--repo","."]}']],
    ["TOKEN=t docker run -i --rm -e TOKEN ghcr.example/acme/weather-mcp:1", ['weather: {"command":"docker","args":["run","-i","--rm","-e","TOKEN","ghcr.example/acme/weather-mcp:1"],"env":{"TOKEN":"t"}}']],
    ["python -m my_module", ['my_module: {"command":"python","args":["-m","my_module"]}']],
    ["node /opt/things/build/index.js", ['things: {"command":"node","args":["/opt/things/build/index.js"]}']],
    ["npx mcp-remote https://mcp.remote.example/sse", ['remote: {"command":"npx","args":["mcp-remote","https://mcp.remote.example/sse"]}']],
    ["/usr/bin/my-server", ['my-server: {"command":"/usr/bin/my-server"}']],
    ["https://mcp.linear.example/mcp", ['linear: {"url":"https://mcp.linear.example/mcp"}']],
    ["http://127.0.0.1:3000/sse", ['127.0.0.1: {"url":"http://127.0.0.1:3000/sse","transport":"sse"}']],
    [
      'claude mcp add --transport http notes https://n.example/mcp --header "Authorization: Bearer t" -H "X: a:b"',
      ['notes: {"url":"https://n.example/mcp","transport":"http","headers":{"Authorization":"Bearer t","X":"a:b"}}'],
    ],
    ["claude mcp add --transport=sse notes https://n.example/x", ['notes: {"url":"https://n.example/x","transport":"sse"}']],
    ["claude mcp add files -s user -e A=1 -e B=2 -- npx -y files --scope all", ['files: {"command":"npx","args":["-y","files","--scope","all"],"env":{"A":"1","B":"2"}}']],
    ["claude mcp add --env A=1 B=2 files npx -y files", ['files: {"command":"npx","args":["-y","files"],"env":{"A":"1","B":"2"}}']],
    ["claude mcp add --client-id abc o https://o.example/mcp", ['o: {"url":"https://o.example/mcp","auth":{"strategy":"oauth2","authentication":{"type":"oauth","client_id":"abc"}}}']],
    [`claude mcp add-json w '{"type":"stdio",\n"command":"w"}' --scope user`, ['w: {"transport":"stdio","command":"w"}']],
    ["codex mcp add docs --env K=v -- npx docs", ['docs: {"command":"npx","args":["docs"],"env":{"K":"v"}}']],
    ["gemini mcp add -t http g https://g.example --timeout 5000", ['g: {"url":"https://g.example","transport":"http","timeout":5000}']],
    [`code --add-mcp '{"name":"v","command":"npx","args":["v"]}'`, ['v: {"command":"npx","args":["v"]}']],
    ["# first\nnpx a\n\nnpx \\\n  b\nhttps://c.example", ['a: {"command":"npx","args":["a"]}', 'b: {"command":"npx","args":["b"]}', 'c: {"url":"https://c.example"}']],
    ["npx a\nnpx a", ['a: {"command":"npx","args":["a"]}', 'a-2: {"command":"npx","args":["a"]}']],
    ["my-tool --stdio", ['my-tool: {"command":"my-tool","args":["--stdio"]}']],
    ["a text that is nothing", ["fault: Line 1: This is neither JSON, nor a command or an address that is known here. Write the path of a program to have it treated as one."]],
    ["claude mcp add", ["fault: Line 1: The name of the server is missing."]],
    ["claude mcp add x", ["fault: Line 1: The command or URL of x is missing."]],
    ["claude mcp add-json x {", ["fault: Line 1: In the JSON of this line: Line 1, column 2: the text ends where a value is expected."]],
    ["", []],
    ["  \n", []],
  ];
  for (const [text, expected] of table) {
    const found = pasted(text);
    if (text.endsWith("{")) assert.match(found[0] ?? "", /^fault: Line 1: In the JSON of this line: Line 1, column 2/, text);
    else assert.deepEqual(found, expected, text);
  }
});

test("one bad line or entry never stops the others", () => {
  assert.deepEqual(pasted("npx a\nnpx 'b\nnpx c | d\nnpx e"), [
    'a: {"command":"npx","args":["a"]}',
    'e: {"command":"npx","args":["e"]}',
    "fault: Line 2: A quote is not closed. Line 3: A server is one command: | has no meaning here. Quote it if it belongs to a word.",
  ]);
  assert.match(parsePaste("some words\n".repeat(9), schema).fault ?? "", /^Line 1: .* Line 3: .* 6 more can't be read either\.$/);
  const { drafts } = parsePaste('{"mcpServers":{"a":{"command":"x"},"bad one":{"args":"no list"},"c":5,"d":{"command":"y"}}}', schema);
  assert.deepEqual(drafts.map(({ name }) => name), ["a", "bad-one", "c", "d"]);
  assert.deepEqual(drafts.map(({ findings }) => pointers(findings).sort()), [[], ["", "/args"], [""], []]);
  assert.match(drafts[1]?.nameFault ?? "", /^"bad one" is not a valid name: White space/);
});

test("invalid JSON is reported with line and column, also in a fence and in an inner part", () => {
  const table: [string, RegExp][] = [
    ['{"mcpServers":{\n  "a": {"command": "x"\n  "b": {}}}', /^Line 3, column 3: a comma/],
    ['"a": {\n"command": x}', /^Line 2, column 12: only true/],
    ['"a": x', /^Line 1, column 6/],
    ['text\n```json\n{"a":\n,}\n```', /^Line 4, column 1/],
    ['{"mcpServers":{"a":{"command":"x"},"a":{"command":"y"}}}', /^Line 1, column 36: the name "a" is used twice/],
    ['{"a":{"b":1}}', /No server was found/],
    ["[]", /No server was found/],
    ['{"mcpServers":{}}', /No server was found/],
  ];
  for (const [text, fault] of table) {
    const found = parsePaste(text, schema);
    assert.deepEqual(found.drafts, [], text);
    assert.match(found.fault ?? "nothing", fault, text);
  }
});

test("what other clients mean is translated where it is certain, and else kept and reported", () => {
  const table: [string, string, string[]][] = [
    ['{"command":"x","disabled":false}', '{"command":"x"}', []],
    ['{"command":"x","disabled":true,"enabled":true}', '{"command":"x","disabled":true,"enabled":true}', ["/disabled"]],
    ['{"command":"x","disabled":"yes"}', '{"command":"x","disabled":"yes"}', ["/disabled"]],
    ['{"url":"https://h","transport":"streamable_http"}', '{"url":"https://h","transport":"streamable-http"}', []],
    ['{"url":"https://h","type":"http","transport":"HTTP"}', '{"url":"https://h","transport":"http"}', []],
    ['{"url":"https://h","type":"sse","transport":"http"}', '{"url":"https://h","type":"sse","transport":"http"}', []],
    ['{"url":"https://a","httpUrl":"https://b"}', '{"url":"https://a","httpUrl":"https://b"}', ["/httpUrl"]],
    ['{"url":"https://h","isActive":false}', '{"url":"https://h","enabled":false}', []],
    ['{"command":"x","envFile":".env","cwd":"/"}', '{"command":"x","envFile":".env","cwd":"/"}', ["/envFile"]],
    ['{"command":"npx -y x"}', '{"command":"npx -y x"}', ["/command"]],
    ['{"command":"x","timeout":60000}', '{"command":"x","timeout":60000}', ["/timeout"]],
    ['{"command":["x",5]}', '{"command":["x",5]}', []],
  ];
  for (const [text, config, notes] of table) {
    const draft = only(text);
    assert.equal(writeJson(draft.config), config, text);
    assert.deepEqual(pointers(draft.notes), notes, text);
  }
});

test("placeholders, masks and secrets in the open are reported at their places, and no value is quoted", () => {
  const table: [string, string[], string[]][] = [
    ['{"command":"x","env":{"A":"<YOUR_TOKEN>","B":"${input:x}","C":"YOUR_API_KEY_HERE","D":"real-2f9c"}}', ["/env/A", "/env/B", "/env/C"], []],
    ['{"command":"x","env":{"A":"your-api-key","B":"sk-xxxxxxxx","C":"ghp_...","D":"changeme","E":"{{key}}","F":"[API KEY]"}}', ["/env/A", "/env/B", "/env/C", "/env/D", "/env/E", "/env/F"], []],
    ['{"command":"x","env":{"A":"production","B":"yours truly","C":"/home/me","D":"<","E":"heretic"}}', [], []],
    ['{"url":"https://h/?api_key=YOUR_KEY"}', ["/url"], []],
    ['{"url":"https://<your-host>/mcp"}', ["/url"], []],
    ['{"url":"https://h","auth":{"strategy":"bearer","value":"<token>"}}', ["/auth/value"], []],
    ['{"command":"x","args":["--key","sk-2f9c","/path/to/folder","--token","<token>","plain"]}', ["/args/1", "/args/2", "/args/4"], []],
    ['{"command":"x","env":{"A":"gAAAAABn2f9c"}}', ["/env/A"], []],
    ['{"command":"x","env":{"A":"[REDACTED]","B":"**********"}}', [], ["/env/A", "/env/B"]],
  ];
  for (const [text, notes, findings] of table) {
    const draft = only(text);
    assert.deepEqual(pointers(draft.notes), notes, text);
    assert.deepEqual(pointers(draft.findings), findings, text);
    assert.doesNotMatch(JSON.stringify([draft.notes, draft.findings]), /2f9c|token>/);
  }
});

test("long texts of any kind are read in no time", () => {
  const long = 200_000;
  const inEnv = (value: string) => JSON.stringify({ command: "x", env: { A: value } });
  const texts = {
    prose: "It isn't a command, and there are many such lines.\n".repeat(4_000),
    "open quotes": "npx 'a\n".repeat(2_001),
    comments: `${"/* a */".repeat(5_000)}{`,
    "half a comment": `/* ${"*".repeat(long)}`,
    fences: "```\n".repeat(5_001),
    servers: JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`s${index}`, { command: "npx", args: ["-y"] }]))),
    brackets: inEnv("<a".repeat(long / 2)),
    braces: inEnv("${input:".repeat(long / 8)),
    words: inEnv(`my_${"a_".repeat(long / 2)}`),
    dashes: JSON.stringify({ command: "x", args: ["-".repeat(20_000), "a-".repeat(20_000)] }),
  };
  for (const [what, text] of Object.entries(texts)) {
    const begun = performance.now();
    parsePaste(text, schema);
    const took = performance.now() - begun;
    assert.ok(took < 10_000, `${what} took ${took} ms`);
  }
});
