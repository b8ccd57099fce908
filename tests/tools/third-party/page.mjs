// Prints the packages that the page is built from, each with its licence: the production packages of the lock file.

import { readdirSync, readFileSync } from "node:fs";

const folder = "ui/node_modules";
const lock = JSON.parse(readFileSync("ui/package-lock.json", "utf8"));

for (const [place, entry] of Object.entries(lock.packages)) {
  if (place === "" || entry.dev) continue;
  const name = place.replace("node_modules/", "");
  const home = `${folder}/${name}`;
  const about = JSON.parse(readFileSync(`${home}/package.json`, "utf8"));
  const source = typeof about.repository === "string" ? about.repository : about.repository?.url;
  console.log(`\n### ${name}\n\n- ${name} ${entry.version}, ${about.license} (${source?.replace(/^git\+/, "")})`);
  const text = readdirSync(home).find((file) => /^licen[cs]e/i.test(file));
  if (text) console.log(`\n\`\`\`text\n${readFileSync(`${home}/${text}`, "utf8").trim()}\n\`\`\``);
}
