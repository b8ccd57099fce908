// The link of a service whose keys may only read signs in to read.

import { gone, visible } from '../claims.mjs';

export default async function (stage) {
  const visitor = await stage.owner();
  await visible(visitor.list.row('one'));
  await gone(visitor.list.newServer);
  await visitor.page.reload();
  await visible(visitor.list.row('one'));
  await gone(visitor.list.newServer);
}
