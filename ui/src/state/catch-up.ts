/**
 * Fetches what the stream says is new: one server where few have changed, the list where many have, never more than one
 * question at a time. What an event has overtaken while it was asked for is thrown away. It does not know the stream.
 */
import { type Problem, type Result, isOf } from "../api/problem.ts";
import type { Row, Shown } from "../api/servers.ts";
import { isEnabled } from "../model/enablement.ts";

/** How the service is asked. */
export type Source = {
  list: (etag?: string) => Promise<Result<{ rows: Row[]; etag: string } | "unchanged">>;
  read: (name: string) => Promise<Result<Shown>>;
};

/** What becomes of the answers. */
export type Sink = {
  /** All servers as the service has them, but for those that were overtaken. */
  listed: (rows: Row[], isOvertaken: (name: string) => boolean) => void;
  /** The current state of one server; null if it does not exist. */
  found: (name: string, row: Row | null) => void;
  /** Whether the page has this state of a server already. */
  has: (name: string, etag: string) => boolean;
  /** Null where there was no answer at all. What is wanted is asked for again. */
  failed: (problem: Problem | null) => void;
  /** Nothing is left to be asked. */
  settled: () => void;
};

/** Up to so many servers are read one by one. */
const FEW = 3;
const RETRY_MS = 1_000;
/** Where nobody answers, the next stream asks sooner; but a stream can outlive a question that was lost. */
const RETRY_UNANSWERED_MS = 5_000;

export class CatchUp {
  private readonly source: Source;
  private readonly sink: Sink;
  /** Which state of a server is to be fetched. */
  private readonly wanted = new Map<string, string>();
  /** When an event last spoke of a server, counted in events. */
  private readonly touched = new Map<string, number>();
  private events = 0;
  private isListWanted = false;
  private isAsking = false;
  /** The tag of the last list, while nothing has changed since; it can be asked for under it. */
  private listTag: string | undefined;
  private openedTag: string | null = null;
  private mustCompare = false;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(source: Source, sink: Sink) {
    this.source = source;
    this.sink = sink;
  }

  /** The list is asked for again. */
  wantList(): void {
    this.isListWanted = true;
    void this.ask();
  }

  /** A fresh stream has begun at this state of the collection. A list that was asked for before may be older. */
  beganAt(etag: string): void {
    this.openedTag = etag;
    if (this.isListWanted || this.isAsking) this.mustCompare = true;
    else if (this.listTag !== etag) this.isListWanted = true;
    void this.ask();
  }

  /** An event says that a server is in this state; null: it is gone. */
  changed(name: string, etag: string | null): void {
    this.touched.set(name, ++this.events);
    this.listTag = undefined;
    if (etag === null) {
      this.wanted.delete(name);
      this.sink.found(name, null);
    } else {
      this.wanted.set(name, etag);
    }
    void this.ask();
  }

  /** The page itself knows a newer state of a server: what is being asked for is overtaken. */
  known(name: string): void {
    this.touched.set(name, ++this.events);
    this.listTag = undefined;
  }

  /** Goes on after a failure. */
  resume(): void {
    void this.ask();
  }

  stop(): void {
    clearTimeout(this.retry);
    this.wanted.clear();
    this.isListWanted = false;
  }

  private async ask(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    clearTimeout(this.retry);
    let isWell = true;
    while (isWell) {
      for (const [name, etag] of this.wanted) if (this.sink.has(name, etag)) this.wanted.delete(name);
      if (this.isListWanted || this.wanted.size > FEW) isWell = await this.askForList();
      else if (this.wanted.size > 0) isWell = await this.askForFew();
      else break;
    }
    this.isAsking = false;
    if (isWell) this.sink.settled();
  }

  private async askForList(): Promise<boolean> {
    const from = this.events;
    this.isListWanted = false;
    const result = await this.source.list(this.listTag);
    const isOvertaken = (name: string) => (this.touched.get(name) ?? 0) > from;
    if (!("ok" in result)) {
      this.isListWanted = true;
      this.fail("problem" in result ? result.problem : null);
      return false;
    }
    const tag = result.ok === "unchanged" ? this.listTag : result.ok.etag;
    if (result.ok !== "unchanged") this.sink.listed(result.ok.rows, isOvertaken);
    for (const name of [...this.wanted.keys()]) if (!isOvertaken(name)) this.wanted.delete(name);
    this.listTag = this.events === from ? tag : undefined;
    if (this.mustCompare && this.openedTag !== null) {
      this.mustCompare = false;
      if (tag !== this.openedTag) this.isListWanted = true;
    }
    return true;
  }

  private async askForFew(): Promise<boolean> {
    const from = this.events;
    const names = [...this.wanted.keys()];
    const answers = await Promise.all(names.map(async (name) => ({ name, result: await this.source.read(name) })));
    for (const { name, result } of answers) {
      if ((this.touched.get(name) ?? 0) > from) continue;
      if ("ok" in result) {
        const { config, etag, needsReentry, findings = [] } = result.ok;
        this.wanted.delete(name);
        this.sink.found(name, { name, config, etag, needsReentry, findings, enabled: isEnabled(config) });
      } else if ("problem" in result && isOf(result.problem, "unknown-server")) {
        // Its removal is on its way in the stream.
        this.wanted.delete(name);
        this.sink.found(name, null);
      } else if ("problem" in result && result.problem.status < 500 && result.problem.status !== 401) {
        // It can't be read alone: a name that is not legal, or no object. The list shows it.
        this.wanted.delete(name);
        this.isListWanted = true;
      } else {
        this.fail("problem" in result ? result.problem : null);
        return false;
      }
    }
    return true;
  }

  private fail(problem: Problem | null): void {
    // Where the key is refused, the next stream asks again.
    if (problem?.status === 401) return;
    this.sink.failed(problem);
    this.retry = setTimeout(() => void this.ask(), problem === null ? RETRY_UNANSWERED_MS : RETRY_MS);
  }
}
