/**
 * Bundles the page, compresses each file, and puts what differs into the given folder: an unchanged
 * file keeps its time, so that cargo rebuilds nothing. The same sources give the same bytes.
 */
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const into = resolve(process.argv[2] ?? "dist");
const draft = await mkdtemp(join(tmpdir(), "mcp-settings-ui-"));
try {
  await build({ root: import.meta.dirname, logLevel: "warn", build: { outDir: draft, emptyOutDir: true } });
  await mkdir(into, { recursive: true });
  const names = (await readdir(draft)).sort();
  const wanted = new Map();
  for (const name of names) {
    const bytes = await readFile(join(draft, name));
    wanted.set(name, bytes);
    wanted.set(`${name}.gz`, compressed(bytes));
  }
  for (const name of await readdir(into)) {
    if (!wanted.has(name) && name !== ".gitignore") await rm(join(into, name), { recursive: true });
  }
  for (const [name, bytes] of wanted) await writeIfDifferent(join(into, name), bytes);
} finally {
  await rm(draft, { recursive: true, force: true });
}

/** The header of gzip names the system that compressed; ours says that it is unknown. */
function compressed(bytes) {
  const packed = gzipSync(bytes, { level: 9 });
  packed[9] = 255;
  return packed;
}

async function writeIfDifferent(path, bytes) {
  const found = await readFile(path).catch(() => null);
  if (!found?.equals(bytes)) await writeFile(path, bytes);
}
