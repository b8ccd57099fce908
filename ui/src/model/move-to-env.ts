/**
 * A secret in an argument that can be moved to the environment without changing what is run: of `docker run` and
 * `podman run` an option `-e NAME` hands on the variable NAME of the program itself, as `-e NAME=value` sets it. Where it is
 * not certain that an argument is such an option nothing is offered. It does not know which arguments hold secrets.
 */
import { type JsonObject, isObject } from "../json/value.ts";

/** The variable, and the argument that is left. */
export type Move = { name: string; value: string; argument: string };

const PROGRAMS = ["docker", "podman"];

/** Options without a value; one of them that is unknown could as well have one. */
const SWITCHES = [
  "-d", "--detach", "-i", "--interactive", "-t", "--tty", "-P", "--publish-all", "-q", "--quiet", "--init", "--no-healthcheck",
  "--oom-kill-disable", "--privileged", "--read-only", "--rm",
];

/** Options whose value is the next argument, unless it is behind `=`. */
const WITH_VALUE = [
  "--add-host", "--cap-add", "--cap-drop", "--cpus", "--device", "--dns", "--entrypoint", "-e", "--env", "--env-file", "--gpus",
  "--hostname", "-h", "--ipc", "-l", "--label", "--log-driver", "--log-opt", "-m", "--memory", "--mount", "--name", "--net", "--network",
  "--pid", "--platform", "-p", "--publish", "--pull", "--restart", "--runtime", "--security-opt", "--shm-size", "--tmpfs", "--ulimit",
  "-u", "--user", "--userns", "-v", "--volume", "-w", "--workdir",
];

/** Variables that the program itself reads: there they would mean something else. */
const READ_BY_PROGRAM = /^(docker|buildx|buildkit|container|containers|podman|registry|xdg|ssh|ld|dyld|go|storage|netavark|tmpdir|path|home|.*proxy)(_|$)/i;

/** What moving the argument of this index would make; null where it can't be moved. */
export function moveToEnv(config: JsonObject, index: number): Move | null {
  const [command, args, env] = [config.get("command"), config.get("args"), config.get("env") ?? new Map()];
  if (typeof command !== "string" || !Array.isArray(args) || !isObject(env)) return null;
  if (!PROGRAMS.includes(/([^/\\]*?)(\.exe)?$/i.exec(command)?.[1] ?? "")) return null;
  const words = args.map((word) => (typeof word === "string" ? word : null));
  const found = variables(words).filter(({ at }) => at === index);
  const [only] = found;
  if (only === undefined) return null;
  const { name, value, argument } = only;
  const isTaken = (other: string) => other.toLowerCase() === name.toLowerCase();
  const isTwice = variables(words).filter((other) => isTaken(other.name)).length > 1;
  return isTwice || [...env.keys()].some(isTaken) || READ_BY_PROGRAM.test(name) ? null : { name, value, argument };
}

type Variable = Move & { at: number };

/** The variables that options before the image set. Behind an option that is not known nothing is certain. */
function variables(words: (string | null)[]): Variable[] {
  const found: Variable[] = [];
  let at = words[0] === "container" ? 1 : 0;
  if (words[at] !== "run") return [];
  for (at += 1; at < words.length; at += 1) {
    const word = words[at] ?? null;
    if (word === null || !word.startsWith("-") || word === "--") return word === null ? [] : found;
    const inside = /^(--env=|-e=?)(?=.)/.exec(word)?.[1];
    if (inside !== undefined) {
      add(found, at, inside, word.slice(inside.length));
    } else if (WITH_VALUE.includes(word)) {
      at += 1;
      if (word === "-e" || word === "--env") add(found, at, "", words[at] ?? "");
    } else if (!SWITCHES.includes(word) && !/^-[dit]+$/.test(word) && !isKnownWithValue(word)) {
      return [];
    }
  }
  // No image: this runs nothing.
  return [];
}

function isKnownWithValue(word: string): boolean {
  const [option = ""] = word.split("=");
  return word.includes("=") && option.startsWith("--") && (WITH_VALUE.includes(option) || SWITCHES.includes(option));
}

function add(found: Variable[], at: number, before: string, text: string): void {
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)(?:=([^]*))?$/.exec(text) ?? [];
  if (name !== undefined) found.push({ at: value === undefined ? -1 : at, name, value: value ?? "", argument: before + name });
}
