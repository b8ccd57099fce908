// A document of an agent that has no MCP servers: it is said, and nothing is offered that can't be done.

import assert from 'node:assert/strict';

import { visible } from '../claims.mjs';

export default async function (stage) {
  const visitor = await stage.owner();
  await visible(visitor.status('This document holds no MCP servers: its agent is an ACP one.'));
  for (const button of await visitor.list.newServer.all()) assert.ok(await button.isDisabled());
  for (const button of await visitor.list.paste.all()) assert.ok(await button.isDisabled());
}
