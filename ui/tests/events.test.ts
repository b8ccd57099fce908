import assert from "node:assert/strict";
import test from "node:test";
import { EventsGone, EventsRefused, type StreamEvent, type StreamOptions, StreamSilent, openEvents } from "../src/api/events.ts";

const OPENED = 'id: 0123456789abcdef-0\nevent: opened\ndata: {"etag":"\\"a\\"","access":"writable","recent":[]}\n\n';
const RUNS = 'event: instances\ndata: {"runner":true,"instances":[{"name":"n"}]}\n\n';
const CHANGED = 'id: 0123456789abcdef-1\nevent: server\ndata: {"name":"n\\n\\nü"}\n\n';
const LATER = "id: 0123456789abcdef-2\nevent: later\ndata: {}\n\n";
const GONE = 'id: 0123456789abcdef-3\nevent: document\ndata: {"access":"unreadable","problem":"/problems/x"}\n\n';

/** A `fetch` that answers with these pieces, and then ends or says nothing more. */
function answering(pieces: Uint8Array[], isOpen = false, asked: RequestInit[] = []): typeof fetch {
  return (_, request = {}) => {
    asked.push(request);
    const body = new ReadableStream<Uint8Array>({
      start(stream) {
        for (const piece of pieces) stream.enqueue(piece);
        if (!isOpen) stream.close();
        request.signal?.addEventListener("abort", () => stream.error(new DOMException("aborted", "AbortError")));
      },
    });
    return Promise.resolve(new Response(body, { headers: { "Content-Type": "text/event-stream" } }));
  };
}

function refusing(status: number, body: string, type = "application/problem+json"): typeof fetch {
  return () => Promise.resolve(new Response(body, { status, headers: { "Content-Type": type } }));
}

async function read(options: Partial<StreamOptions>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  const whole = { headers: {}, signal: new AbortController().signal, ...options };
  for await (const event of openEvents(whole)) events.push(event);
  return events;
}

test("events are read wherever the pieces of the answer end", async () => {
  const bytes = new TextEncoder().encode(`${OPENED}${RUNS}: heartbeat\n\n${CHANGED}${LATER}${GONE}`);
  for (const size of [1, 2, 3, 7, 64, bytes.length]) {
    const pieces = [];
    for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
    const events = await read({ fetch: answering(pieces) });
    const delivered = events.map((event) => [event.id?.slice(-1), event.type]);
    assert.deepEqual(delivered, [["0", "opened"], [undefined, "instances"], ["1", "server"], ["3", "document"]], `pieces of ${size}`);
    assert.equal(events[2]?.type === "server" && events[2].data.name, "n\n\nü");
  }
});

test("an event that was cut off is not delivered", async () => {
  const events = await read({ fetch: answering([new TextEncoder().encode(OPENED + CHANGED.trimEnd())]) });
  assert.equal(events.length, 1);
});

test("the key and the position are sent, and nothing is kept", async () => {
  const asked: RequestInit[] = [];
  await read({ headers: { "X-Session-API-Key": "k" }, lastEventId: "0123456789abcdef-7", fetch: answering([], false, asked) });
  const headers = new Headers(asked[0]?.headers);
  assert.equal(headers.get("X-Session-API-Key"), "k");
  assert.equal(headers.get("Last-Event-ID"), "0123456789abcdef-7");
  assert.equal(asked[0]?.cache, "no-store");
});

test("what is no stream is distinguished", async () => {
  await assert.rejects(read({ fetch: refusing(410, "{}") }), EventsGone);
  const refusals: [typeof fetch, number, unknown][] = [
    [refusing(401, '{"type":"/problems/unauthorized"}'), 401, { type: "/problems/unauthorized" }],
    [refusing(500, "<html>", "text/html"), 500, null],
    [refusing(200, "<html>", "text/html"), 200, null],
  ];
  for (const [fetch, status, problem] of refusals) {
    await assert.rejects(read({ fetch }), (error) => {
      assert.ok(error instanceof EventsRefused);
      assert.deepEqual([error.status, error.problem], [status, problem]);
      return true;
    });
  }
  await assert.rejects(read({ fetch: () => Promise.reject(new TypeError("no network")) }), TypeError);
});

test("a stream that falls silent is given up, before and after its first event", async () => {
  const never: typeof fetch = (_, request) =>
    new Promise((_, reject) => {
      request?.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    });
  await assert.rejects(read({ fetch: never, silentAfterMs: 5 }), StreamSilent);
  const silent = answering([new TextEncoder().encode(OPENED)], true);
  await assert.rejects(read({ fetch: silent, silentAfterMs: 5 }), StreamSilent);
});

test("a reader that stops closes the connection", async () => {
  const asked: RequestInit[] = [];
  const fetch = answering([new TextEncoder().encode(OPENED)], true, asked);
  for await (const event of openEvents({ headers: {}, signal: new AbortController().signal, fetch })) {
    assert.equal(event.type, "opened");
    break;
  }
  assert.equal(asked[0]?.signal?.aborted, true);
  const stopping = new AbortController();
  const reading = read({ signal: stopping.signal, fetch });
  stopping.abort(new Error("enough"));
  await assert.rejects(reading, /enough/);
});

test("what a proxy answers in the place of the service is no answer of the service", async () => {
  for (const status of [502, 503, 504]) await assert.rejects(read({ fetch: refusing(status, "<html>", "text/html") }), TypeError);
  await assert.rejects(read({ fetch: refusing(503, '{"type":"/problems/too-many-streams"}') }), EventsRefused);
});
