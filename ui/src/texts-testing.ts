/** What the test of a server and the view on its tools say. It is a file of its own so that the list loads without it. */
import { count } from "./texts.ts";

export const testing = {
  panel: "Test",
  test: "Test",
  saveAndTest: "Save and test",
  under: "Testing for",
  cancelTest: "Cancel the test",
  cancelKey: "Cancel the test",
  again: "Test again",
  close: "Close the test",
  works: "It works.",
  worksWith: (tools: number, seconds: string) => `It works: ${count(tools, "tool")}, in ${seconds}.`,
  fails: "It does not work.",
  savedFails: "It was saved, and does not work.",
  savedUntested: "It was saved, and could not be tested.",
  untested: "It could not be tested.",
  isOld: "The draft was changed after this test.",
  stages: "Stages",
  stage: {
    resolve: "References", spawn: "Start of the program", connect: "Connection", initialize: "Session", list_tools: "List of tools", call_tool: "Tool call",
  },
  ok: "ok",
  failed: "failed",
  notReached: "not reached",
  took: (ms: number) => (ms < 10_000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`),
  server: (name: string, version: string, protocol: string | null) =>
    `${[name, version].filter(Boolean).join(" ")}${protocol === null ? "" : `, MCP ${protocol}`}`,
  tools: (number: number) => count(number, "tool"),
  stderr: "The last lines of its stderr",
  noRun: "This key may not start programs or read what references name. A key with the scope run can test it.",
  noWrite: "This key may not test servers.",
  notApproved: "What it would execute is not approved yet.",
  toApproval: "See what would be executed",
  tooMany: "Your tests that are under way must end first.",
  notRunner: "Another service runs the servers, or this one is not ready for that yet.",
  offline: "The service can't be reached.",
  gone: "No server has this name any more.",
} as const;

/** Each list that a server offers. */
export const listing = {
  kinds: { tools: kind("tool"), resources: kind("resource"), prompts: kind("prompt") },
  refresh: "List again",
  again: "Try again",
  listed: "Listed",
  doesNotRun: "the server does not run, so it may offer something else by now.",
  earlierLaunch: "that was another launch, so it may offer something else by now.",
  notAgain: "it could not be asked again.",
  toStatus: "See its status",
  clearSearch: "Clear the search",
  odd: "look closely",
  arguments: "Arguments",
  noArguments: "It takes no arguments.",
  required: "required",
  whole: "As the server lists it",
  wholeOf: (name: string) => `${name} as the server lists it`,
} as const;

function kind(one: string) {
  const many = `${one}s`;
  return {
    reading: (name: string) => `Reading the ${many} of ${name}`,
    search: `Search ${many}`,
    searchKey: `Search the ${many}`,
    shown: (shown: number, all: number) => (shown === all ? count(all, one) : `${shown} of ${count(all, one)}`),
    none: `The server has no ${many}.`,
    neverListed: `The server has not listed its ${many} yet. It does when it runs.`,
    noMatch: `No matching ${many}`,
    dropped: (number: number) => `${count(number, one)} without a name ${number === 1 ? "is" : "are"} left out.`,
  };
}

export const resources = {
  template: "template",
  name: "Name",
  variables: "Variables",
  mediaType: "MIME type",
  size: "Size",
  bytes: (bytes: number) => sizeText(bytes),
  audience: "Audience",
  changed: "Last modified",
} as const;

export const prompts = {
  takes: (number: number) => count(number, "argument"),
  optional: "optional",
} as const;

/** The tools of one server. */
export const tools = {
  readOnly: "read-only",
  readOnlyWhat: "The server says that this tool changes nothing.",
  denied: "denied",
  heldBack: "held back",
  heldBackWhat: "It is not as it was accepted, and tools are pinned: it can't be called before it is accepted.",
  drifts: { added: "new", changed: "changed" },
  isAllowed: "It is offered to clients of this service.",
  isDenied: "It is not offered: calls of it are refused.",
  allow: "Allow",
  allowOf: (tool: string) => `Allow ${tool}`,
  deny: "Deny",
  denyOf: (tool: string) => `Deny ${tool}`,
  areDenied: (number: number) => `${count(number, "tool")} ${number === 1 ? "is" : "are"} denied.`,
  allowAll: "Allow all",
  choosing: (name: string) => `Changing which tools of ${name} are offered`,
  notChosen: (why: string) => `Nothing was changed: ${why}`,
  overtaken: "Somebody else changed which tools are offered meanwhile. This is how it is now.",
  pin: "Pin the tools",
  pinWhat: "A tool that is new or changed can't be called before it is accepted.",
  arePinned: "The tools are pinned: one that is new or changed can't be called before it is accepted.",

  drift: "The tools differ from those that were accepted",
  heldBackUntil: "Those that are new or changed are held back until you accept them.",
  stillOffered: "They are offered all the same. Pin the tools to have such ones held back.",
  added: "New",
  changed: "Changed",
  removed: "Gone",
  accept: "Accept these tools",
  acceptor: "A key with the scope run can accept them.",
  accepting: (name: string) => `Accepting the tools of ${name}`,
  wereAccepted: (name: string) => `The tools of ${name} were accepted`,
  notAccepted: (why: string) => `They were not accepted: ${why}`,
  hasChanged: "The server listed other tools while you looked. These are what it lists now.",

  noSimpleArguments: "Its schema does not list single arguments.",
  anything: "anything",
  or: "or",
  fallback: "default",
  oneOf: "One of",
  schema: "Schema",
  schemaOf: (tool: string) => `Schema of ${tool}`,

  tryIt: "Try it",
  tryOf: (tool: string) => `Try ${tool}`,
  asJson: "Edit as JSON",
  asForm: "Edit in fields",
  argumentsJson: "Arguments as JSON",
  noObject: "Arguments are an object, in braces.",
  fitsNoField: "A value here fits no field, so it can only be edited as JSON.",
  rest: (names: string[]) => `Kept from the JSON, without a field here: ${names.join(", ")}.`,
  requiredLabel: (name: string) => `${name} (required)`,
  choose: "Choose…",
  leaveOut: "Leave out",
  fallbackIs: (value: string) => `Default: ${value}`,
  jsonOf: (types: string) => (types === "" ? "As JSON." : `As JSON: ${types}.`),
  fieldFaults: { missing: "A value is needed here.", "no-number": "This is not a number.", "no-integer": "This is not a whole number." },
  call: "Call",
  calling: "Waiting for",
  cancelCall: "Cancel the call",
  answerOf: (tool: string) => `Result of ${tool}`,
  answered: "The tool answered",
  toolFailed: "The tool failed",
  took: (ms: number) => `in ${testing.took(ms)}`,
  partOf: (tool: string, number: number) => `Result of ${tool}, part ${number}`,
  structuredOf: (tool: string) => `Structured result of ${tool}`,
  whole: "The whole result as JSON",
  wholeOf: (tool: string) => `The whole result of ${tool}`,
  bytes: (media: string, bytes: number) => `${media === "" ? "Data" : media}, ${sizeText(bytes)}`,
  noPicture: "It can't be shown here.",
  cut: (more: number) => `${more.toLocaleString("en")} more characters are not shown.`,
  showAll: "Show all",
} as const;

function sizeText(bytes: number): string {
  return bytes < 10_000 ? count(bytes, "byte") : `${Math.round(bytes / 1000)} kB`;
}
