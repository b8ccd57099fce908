/**
 * The stream of changes, read with `fetch`: an `EventSource` can send no key and sees no 410. It opens one stream and
 * reads it to its end; it does not know what the events mean, and whether to open another.
 */
import { urlOf } from "./place.ts";
import { isFromBetween } from "./problem.ts";
import type { components } from "./schema.d.ts";

type Schemas = components["schemas"];

/** The members that the API describes. A later version may send more. */
type Described<T> = { [Name in keyof T as string extends Name ? never : Name]: T[Name] };

export type ServerChange = Described<Schemas["ServerChange"]>;
export type Opened = Omit<Described<Schemas["Opened"]>, "recent"> & { recent: Described<Schemas["RecentChange"]>[] };
export type DocumentChange = Described<Schemas["DocumentChange"]>;
export type Access = Opened["access"];

export type InstanceStatus = Described<Schemas["InstanceStatus"]>;

export type ServerOrigin = Omit<Described<Schemas["ServerOrigin"]>, "gateways"> & { gateways: Described<Schemas["GatewayState"]>[] };
export type StaticServer = Described<Schemas["StaticServerOrigin"]>;

export type StreamEvent =
  | ({ id: string } & ({ type: "opened"; data: Opened } | { type: "server"; data: ServerChange } | { type: "document"; data: DocumentChange }))
  /** These are no places to go on from. */
  | { id?: undefined; type: "instances"; data: { runner: boolean; instances: InstanceStatus[] } }
  | { id?: undefined; type: "origins"; data: { servers: ServerOrigin[]; static_servers: StaticServer[] } };

/** What was missed is not kept any more: list again, then open a new stream. */
export class EventsGone extends Error {
  override name = "EventsGone";
}

/** The service answered, but not with a stream. */
export class EventsRefused extends Error {
  override name = "EventsRefused";
  readonly status: number;
  /** The body, where it is JSON: a problem of RFC 9457. */
  readonly problem: unknown;

  constructor(status: number, problem: unknown) {
    super(`the stream of changes was refused with ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

/** Nothing came for so long that the connection must be dead. */
export class StreamSilent extends Error {
  override name = "StreamSilent";
}

export type StreamOptions = {
  /** What presents the key. */
  headers: Record<string, string>;
  /** The `id` of the last event that was received: go on behind it. */
  lastEventId?: string;
  signal: AbortSignal;
  fetch?: typeof fetch;
  /** For how long nothing may come. */
  silentAfterMs?: number;
};

const STREAM = "/api/settings/events";

/** The service says something every 15 seconds. */
const HEARTBEAT_MS = 15_000;

const KNOWN = ["opened", "server", "document", "instances", "origins"];

/** Those that have no id. */
const PLACELESS = ["instances", "origins"];

/**
 * Opens the stream and yields its events until it ends, which it does silently where the service closes it.
 *
 * @throws EventsGone, EventsRefused, StreamSilent; TypeError where the network fails; the signal's reason where that is
 * given up.
 */
export async function* openEvents(options: StreamOptions): AsyncGenerator<StreamEvent> {
  for await (const block of openBlocks(STREAM, options)) {
    const event = eventOf(block);
    if (event !== null) yield event;
  }
}

/** The same of any stream of the service: the fields of each event. */
export async function* openBlocks(path: string, options: StreamOptions): AsyncGenerator<Block> {
  const { headers, lastEventId, signal, silentAfterMs = 2.5 * HEARTBEAT_MS } = options;
  const connection = new AbortController();
  const giveUp = () => connection.abort(signal.reason);
  if (signal.aborted) giveUp();
  signal.addEventListener("abort", giveUp, { once: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hear = () => {
    clearTimeout(timer);
    timer = setTimeout(() => connection.abort(new StreamSilent("the stream of changes is silent")), silentAfterMs);
  };
  try {
    hear();
    const resume = lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId };
    const answer = await (options.fetch ?? fetch)(urlOf(path), {
      headers: { ...headers, ...resume, Accept: "text/event-stream" },
      cache: "no-store",
      signal: connection.signal,
    });
    const body = await streamOf(answer);
    const decoder = new TextDecoder();
    const reader = body.getReader();
    let text = "";
    for (;;) {
      hear();
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) yield fieldsOf(block);
    }
  } catch (error) {
    // Not every browser hands on why something was aborted.
    throw connection.signal.aborted ? connection.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
    connection.abort();
  }
}

async function streamOf(answer: Response): Promise<ReadableStream<Uint8Array>> {
  const isStream = answer.headers.get("Content-Type")?.startsWith("text/event-stream") === true;
  if (answer.ok && isStream && answer.body !== null) return answer.body;
  if (isFromBetween(answer)) throw new TypeError("the service can't be reached through the proxy");
  const problem: unknown = await answer.json().catch(() => null);
  throw answer.status === 410 ? new EventsGone("the events after this one are gone") : new EventsRefused(answer.status, problem);
}

/** The fields between two empty lines; none of a comment. */
type Block = ReadonlyMap<string, string>;

function fieldsOf(block: string): Block {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ""));
  }
  return fields;
}

/** Null for a comment, and for an event of a later version. */
function eventOf(fields: Block): StreamEvent | null {
  const [id, type, data] = [fields.get("id"), fields.get("event"), fields.get("data")];
  if (type === undefined || data === undefined || !KNOWN.includes(type) || (id === undefined) !== PLACELESS.includes(type)) return null;
  // Events tell no configuration, so that no number can lose its spelling here. What they are, the API describes.
  return { id, type, data: JSON.parse(data) } as StreamEvent;
}
