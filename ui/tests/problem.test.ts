import assert from "node:assert/strict";
import test from "node:test";
import { answered } from "../src/api/client.ts";
import { problemOf } from "../src/api/problem.ts";
import { parseAnswer } from "../src/json/read.ts";
import { writeJson } from "../src/json/write.ts";

test("a problem keeps what the page needs, and its numbers their spelling", () => {
  const text = `{"type":"/problems/precondition-failed","title":"t","status":412,"detail":"d","current_etag":"\\"x\\"",
    "current":{"timeout":30.0},"changed":["/timeout"],"errors":[{"pointer":"/a","message":"m"},{"pointer":1}]}`;
  const { current, ...problem } = problemOf(new Response(text, { status: 412, headers: { "Retry-After": "3" } }), text);
  assert.equal(writeJson(current ?? null), '{"timeout":30.0}');
  assert.deepEqual(problem, {
    type: "/problems/precondition-failed",
    title: "t",
    status: 412,
    detail: "d",
    current_etag: '"x"',
    changed: ["/timeout"],
    errors: [{ pointer: "/a", message: "m" }],
    retryAfter: 3,
  });
});

test("an answer that is no problem of the service is one all the same", () => {
  for (const text of ["", "<html>", "[]", "{}"]) {
    const problem = problemOf(new Response(text, { status: 502 }), text);
    assert.deepEqual(problem, { type: "about:blank", title: "The service answered 502", status: 502, detail: "" });
  }
});

test("a success that can't be read is a problem, and a defect of the page is not", async () => {
  const answer = Promise.resolve({ response: new Response("", { status: 200 }) });
  const result = await answered(answer, (_, text) => parseAnswer(text));
  assert.ok("problem" in result && result.problem.title === "The answer can't be read");
  const defect = () => {
    throw new RangeError("a defect");
  };
  await assert.rejects(answered(answer, defect), RangeError);
});

test("what a proxy answers in the place of the service is no answer of the service", async () => {
  const resultOf = (status: number, type: string) => {
    const response = new Response("{}", { status, headers: { "Content-Type": type } });
    return answered(Promise.resolve({ response }), (_, text) => text);
  };
  for (const status of [502, 503, 504]) assert.deepEqual(await resultOf(status, "text/html"), { offline: true });
  for (const [status, type] of [[503, "application/problem+json"], [500, "text/html"]] as const) {
    const result = await resultOf(status, type);
    assert.ok("problem" in result && result.problem.status === status);
  }
});
