import assert from "node:assert/strict";
import test from "node:test";
import { writeJson } from "../src/json/write.ts";
import { moveToEnv } from "../src/model/move-to-env.ts";
import { config } from "./configs.ts";

/** What moving the argument that holds `TOKEN=x` would leave, and the variable. */
function moved(command: string, args: string[], env = "{}"): string | null {
  const index = args.findIndex((word) => word.includes("TOKEN=x") || word.includes("HOST=x"));
  const made = moveToEnv(config(`{"command":${JSON.stringify(command)},"args":${JSON.stringify(args)},"env":${env}}`), index);
  return made === null ? null : `${made.argument} ${made.name}=${made.value}`;
}

test("a variable of a container is moved, however its option is written", () => {
  const table: [string, string[], string][] = [
    ["docker", ["run", "-e", "TOKEN=x", "image"], "TOKEN TOKEN=x"],
    ["docker", ["run", "-i", "--rm", "--env", "TOKEN=x=y", "image"], "TOKEN TOKEN=x=y"],
    ["/usr/bin/podman", ["container", "run", "-it", "--env=TOKEN=x", "image"], "--env=TOKEN TOKEN=x"],
    ["docker.exe", ["run", "-eTOKEN=x", "image"], "-eTOKEN TOKEN=x"],
    ["docker", ["run", "-v", "/a:/b", "--name=n", "-e", "OTHER", "-e", "TOKEN=x", "image", "-e", "FOR=server"], "TOKEN TOKEN=x"],
  ];
  for (const [command, args, expected] of table) assert.equal(moved(command, args), expected, args.join(" "));
});

test("nothing is moved where it would mean something else, or may", () => {
  const table: [string, string[], string?][] = [
    // Of another program, another command of it, behind the image, without one.
    ["npx", ["run", "-e", "TOKEN=x", "image"]],
    ["docker", ["exec", "-e", "TOKEN=x", "name"]],
    ["docker", ["run", "image", "-e", "TOKEN=x"]],
    ["docker", ["run", "-e", "TOKEN=x"]],
    ["docker", ["run", "--", "-e", "TOKEN=x", "image"]],
    // Behind an option that may or may not take the next argument.
    ["docker", ["run", "--unknown", "-e", "TOKEN=x", "image"]],
    ["docker", ["--context", "c", "run", "-e", "TOKEN=x", "image"]],
    // Another argument of that form.
    ["docker", ["run", "--label", "TOKEN=x", "image"]],
    ["docker", ["run", "-l", "-e", "TOKEN=x", "image"]],
    // The name is there already, in whatever case, or twice.
    ["docker", ["run", "-e", "TOKEN=x", "image"], '{"TOKEN":"y"}'],
    ["docker", ["run", "-e", "TOKEN=x", "image"], '{"token":"y"}'],
    ["docker", ["run", "-e", "TOKEN=x", "-e", "TOKEN=y", "image"]],
    ["docker", ["run", "-e", "TOKEN=x", "-e", "TOKEN", "image"]],
    // The program reads it itself.
    ["docker", ["run", "-e", "DOCKER_HOST=x", "image"]],
  ];
  for (const [command, args, env] of table) assert.equal(moved(command, args, env), null, args.join(" "));
});

test("what is not text among the arguments makes nothing certain", () => {
  const made = moveToEnv(config('{"command":"docker","args":["run",5,"-e","TOKEN=x","image"]}'), 3);
  assert.equal(made === null ? null : writeJson(made.argument), null);
});
