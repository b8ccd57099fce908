// A document of an agent that has no MCP servers: it is said, and nothing is offered that can't be done.

import assert from 'node:assert/strict';

import { visible } from '../claims.mjs';

export default async function (stage) {
  const visitor = await stage.owner();
  await visible(visitor.status('This settings file has no MCP servers'));
  assert.equal(await visitor.list.newServer.count(), 0);
  assert.equal(await visitor.list.import.count(), 0);
}
