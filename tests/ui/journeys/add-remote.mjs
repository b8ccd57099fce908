// Remote servers over both transports and with every kind of authentication, stored as the form showed them.

import assert from 'node:assert/strict';

import { visible } from '../claims.mjs';

const URL = 'https://remote.example/mcp';

/** Of each kind: what is typed, and the `auth` that is stored. */
const KINDS = {
  'Bearer token': [{ Token: 't-secret' }, { strategy: 'bearer', value: 't-secret' }],
  'API key': [
    { Key: 'k-secret', 'Header name': 'X-Key' },
    { strategy: 'api_key', value: 'k-secret', header_name: 'X-Key' },
  ],
  Basic: [
    { 'User name': 'anna', Password: 'p-secret' },
    { strategy: 'basic', username: 'anna', password: 'p-secret' },
  ],
  'OAuth 2': [
    { 'Client ID': 'us', 'Client secret': 'c-secret', Scopes: 'read write' },
    { strategy: 'oauth2', authentication: { type: 'oauth', client_id: 'us', client_secret: 'c-secret', scopes: 'read write' } },
  ],
};

export default async function (stage) {
  const visitor = await stage.owner();
  const { list, editor } = visitor;
  const begin = async (name, transport) => {
    await list.newServer.first().click();
    await editor.isShown('Add server');
    await editor.field('Name').fill(name);
    await editor.transport(transport).check();
    await editor.fill({ URL });
  };
  const end = async (name, expected) => {
    await editor.save.click();
    await visitor.seesToast(`${name} was saved`);
    assert.deepEqual(await stage.api.plaintext(name), expected);
    await editor.back.click();
    await visible(list.row(name).getByText('remote.example').first());
  };

  await begin('plain', 'SSE');
  await editor.addPair('Headers', 1, 'X-Token', 'h-secret');
  await end('plain', { transport: 'sse', url: URL, headers: { 'X-Token': 'h-secret' } });

  for (const [index, [kind, [typed, auth]]] of Object.entries(KINDS).entries()) {
    await begin(`kind-${index}`, 'HTTP');
    await editor.authentication.selectOption(kind);
    await editor.fill(typed);
    await end(`kind-${index}`, { transport: 'http', url: URL, auth });
  }

  await begin('headers', 'HTTP');
  await editor.authentication.selectOption('Header');
  await editor.addPair('Authentication headers', 1, 'X-Auth', 'a-secret');
  await end('headers', { transport: 'http', url: URL, auth: { strategy: 'header', headers: { 'X-Auth': 'a-secret' } } });
}
