// A file that is chosen or dropped: its name says which client it is of, and the reader can say otherwise. A text that can't be read says
// where, and the cursor goes there.

import assert from 'node:assert/strict';

import { assertAccessible } from '../axe.mjs';
import { eventually, visible } from '../claims.mjs';
import { descriptionOf, pasteInto } from '../fields.mjs';
import { hasFocus } from '../focus.mjs';

const PLAIN = JSON.stringify({ mcpServers: { files: { command: 'files' } } });
const WINDSURF = JSON.stringify({ mcpServers: { notes: { serverUrl: 'https://notes.example/mcp' } } });

export default async function (stage) {
  const visitor = await stage.owner();
  const { list, importing, page } = visitor;
  await list.import.first().click();
  await visible(importing.heading);
  const taken = () => importing.format.evaluate(({ selectedOptions: [option] }) => option.text);
  const file = (name, text) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });

  // Many clients have a file of this name, so that the reader is asked which is meant.
  await importing.file.setInputFiles(file('mcp.json', PLAIN));
  await visible(importing.entry('files'));
  await importing.isRead();
  assert.match(await descriptionOf(importing.format), /From mcp\.json\. This could also be Cursor/);
  await importing.format.selectOption('cursor');
  await importing.isRead();
  assert.equal(await taken(), 'Cursor');
  await importing.format.selectOption('');
  await importing.isRead();

  // One that only one client has is known by its name; its mark and the ends of its lines are no matter.
  await importing.file.setInputFiles(file('claude_desktop_config.json', `\ufeff${PLAIN.replaceAll(',', ',\r\n')}`));
  await eventually(async () => assert.match(await descriptionOf(importing.format), /From claude_desktop_config\.json\./));
  await importing.isRead();
  assert.equal(await taken(), 'Detected: Claude Desktop');
  assert.equal(await importing.text.inputValue(), PLAIN);

  // What is pasted in the place of all is another text, and the name of the file says nothing of it.
  await importing.text.focus();
  await page.keyboard.press('ControlOrMeta+a');
  await pasteInto(importing.text, WINDSURF);
  await importing.read(WINDSURF);
  assert.equal(await taken(), 'Detected: Windsurf');
  assert.doesNotMatch(await descriptionOf(importing.format), /From/);

  // Dropped, also in the encoding of another system.
  const drop = (name, bytes) => page.evaluate(([fileName, data]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(data)], fileName));
    const target = document.querySelector('.import-source');
    target.dispatchEvent(new DragEvent('dragover', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    target.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, [name, [...bytes]]);
  await drop('config.toml', Buffer.from('[mcp_servers.docs]\ncommand = "docs"\n'));
  await visible(importing.entry('docs'));
  await importing.isRead();
  assert.equal(await taken(), 'Detected: Codex');
  await drop('mcp.json', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(PLAIN, 'utf16le')]));
  await visible(importing.entry('files'));
  await drop('picture.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x00, 0xff]));
  await visible(visitor.alert('picture.png is not a text file.'));
  assert.equal(await importing.text.inputValue(), PLAIN, 'the text stays');

  // Nothing of a text with an error can be imported, and its place is said.
  await importing.text.fill('{\n  "mcpServers": {\n    "a": { "command": "x" }\n    "b": { "command": "y" }\n  }\n}');
  await visible(importing.goThere);
  assert.match(await descriptionOf(importing.text), /line 4, column 5/i);
  assert.equal(await importing.submit.count(), 0);
  await assertAccessible(page, 'a text with an error');
  await importing.goThere.click();
  await hasFocus(page, importing.text, 'the text');
  assert.equal(await importing.text.evaluate(({ value, selectionStart }) => value.slice(selectionStart, selectionStart + 3)), '"b"');

  // Without the service the text stays, and is read once it is back.
  await importing.text.fill(PLAIN);
  await importing.isRead();
  await page.route('**/api/import?dry_run=true', (route) => route.abort(), { times: 1 });
  await importing.text.fill(WINDSURF);
  await page.getByRole('button', { name: 'Try again', exact: true }).click();
  await visible(importing.entry('notes'));
  assert.deepEqual(await stage.api.names(), []);
}
