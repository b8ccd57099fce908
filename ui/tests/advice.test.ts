import assert from "node:assert/strict";
import test from "node:test";
import { advice } from "../src/model/advice.ts";
import { warningOf } from "../src/model/suspects.ts";
import { config } from "./configs.ts";

const said = (text: string) => advice(config(text)).map(({ pointer, reason }) => `${pointer} ${reason}`);

test("a package without a version and a time in the wrong unit are said, and not as secrets", () => {
  assert.deepEqual(said('{"command":"npx","args":["-y","x"],"timeout":60000}'), ["/args/1 unpinned-package", "/timeout long-timeout"]);
  assert.deepEqual(said('{"command":"npx","args":["-y","x@1.2.3"],"timeout":3600}'), []);
  assert.deepEqual(said('{"command":"uvx","args":["x>=1"],"timeout":"60000"}'), ["/args/0 unpinned-package"]);
  const [unpinned] = advice(config('{"command":"npx","args":["x"]}'));
  assert.ok(unpinned !== undefined);
  assert.match(warningOf(unpinned), /^Name the version/);
});
