// What a settings page does: it shows one server, edits it under the tag that it showed, and where somebody
// else was faster it puts its edit onto the state that the 412 shows, and tries again with the tag in there.

const TRIES = 3;

export class Editor {
  constructor({ api, key, name }) {
    this.url = `${api}/${encodeURIComponent(name)}`;
    this.headers = { 'X-Session-API-Key': key };
  }

  async load() {
    const answer = await fetch(this.url, { headers: this.headers });
    const { config } = await answer.json();
    this.tag = answer.headers.get('ETag');
    this.config = config;
    return { status: answer.status, etag: this.tag, config };
  }

  // Gives every answer on the way: its status, its tag, and what a 412 says has changed.
  async save(edit) {
    const answers = [];
    for (let tries = 0; tries < TRIES; tries += 1) {
      const answer = await fetch(this.url, {
        method: 'PUT',
        headers: { ...this.headers, 'Content-Type': 'application/json', 'If-Match': this.tag },
        body: JSON.stringify({ ...this.config, ...edit }),
      });
      const body = await answer.json();
      answers.push({ status: answer.status, etag: answer.headers.get('ETag'), changed: body.changed });
      if (answer.status !== 412) return answers;
      this.tag = body.current_etag;
      this.config = body.current;
    }
    return answers;
  }
}

globalThis.Editor = Editor;
