// Sees when news reaches a page: when an event comes out of its stream, and when a mark is in its list. Marks are
// words of the shape `mark-N`. It also counts what the page asks the service for.

export class Witness {
  #page;

  static async on(visitor) {
    const witness = new Witness(visitor.page);
    await visitor.page.addInitScript(watchNews);
    return witness;
  }

  constructor(page) {
    this.#page = page;
    this.requests = [];
    page.on('request', (request) => {
      this.requests.push({ at: Date.now(), method: request.method(), path: new URL(request.url()).pathname });
    });
  }

  /** How often the whole list was asked for. */
  get lists() {
    return this.requests.filter(({ path }) => path.endsWith('/api/settings/mcp-servers')).length;
  }

  /** When each tag came by the stream, and when each mark was shown first, in milliseconds. */
  async news() {
    const { tags, marks, events } = await this.#page.evaluate(() => globalThis.news);
    return { tags: new Map(tags), marks: new Map(marks), events };
  }
}

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Runs in the page before anything else. */
function watchNews() {
  const news = { tags: [], marks: [], events: 0 };
  globalThis.news = news;
  const fetched = globalThis.fetch;
  globalThis.fetch = async (...request) => {
    const answer = await fetched(...request);
    if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer;
    const [own, pages] = answer.body.tee();
    void follow(own);
    return new Response(pages, { status: answer.status, headers: answer.headers });
  };

  async function follow(stream) {
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read().catch(() => ({ done: true }));
      if (done) return;
      const lines = (rest + value).split('\n');
      rest = lines.pop();
      const at = performance.timeOrigin + performance.now();
      for (const line of lines) {
        if (line.startsWith('event: server')) news.events += 1;
        const tag = /"new_etag":"\\"([0-9a-f]+)\\""/.exec(line)?.[1];
        if (tag !== undefined) news.tags.push([tag, at]);
      }
    }
  }

  const known = new Set();
  const look = (node) => {
    for (const [mark] of (node.textContent ?? '').matchAll(/mark-\d+/g)) {
      if (known.has(mark)) continue;
      known.add(mark);
      news.marks.push([mark, performance.timeOrigin + performance.now()]);
    }
  };
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === 'characterData') look(target);
      for (const node of addedNodes) look(node);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
}
