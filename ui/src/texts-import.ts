/** What importing and exporting says to its reader. It loads with the editor. */
import type { Secrets } from "./api/import.ts";
import type { Group } from "./model/formats.ts";
import { count } from "./texts.ts";

/** The formats of other clients, by group. */
export const formats = {
  groups: { editors: "Editors", terminal: "Terminal", apps: "Apps", others: "Other forms" } satisfies Record<Group, string>,
} as const;

/** The screen on which text becomes servers. */
export const importing = {
  title: "Import servers",
  none: "No servers can be added here.",
  noneKept: "No servers can be added here. The text is kept.",
  reading: "Reading the text",
  importing: (number: number) => `Importing ${count(number, "server")}`,
  importChosen: "Import the chosen servers",
  backKeeping: "Back to the list; the text stays",
  label: "Text",
  /** Every second part is code. */
  hint: [
    "The settings of any client, one server's JSON, or lines such as ",
    "npx …",
    ", ",
    "claude mcp add …",
    " or a URL. Nothing is stored before you import it.",
  ],
  chooseFile: "Choose a file…",
  dropHere: "Drop the file to read it",
  oneFile: "Drop one file at a time.",
  tooLarge: (file: string) => `${file} is larger than 16 MiB.`,
  noText: (file: string) => `${file} is not a text file.`,
  clear: "Clear the text",
  cleared: "The text was cleared",
  exchanged: (file: string) => `${file} is in the place of the text`,
  undo: "Undo",
  tryAgain: "Try again",
  goThere: "Go there",
  goTo: (place: string) => `Go to ${place}`,
  line: (line: number) => `Line ${line}`,
  position: (line: number, column: number) => `Line ${line}, column ${column}`,

  readAs: "Format",
  detected: (name: string) => `Detected: ${name}`,
  detect: "Detect",
  alsoFits: "Fit as well",
  from: (file: string) => `From ${file}.`,
  fitsToo: (names: string[]) => `This could also be ${names.slice(0, 3).join(", ")}${names.length > 3 ? ` or ${names.length - 3} more` : ""}. Choose the format if another one is meant.`,

  found: "Found servers",
  foundCount: (number: number) => `${count(number, "server")} found.`,
  nothing: "No server was found in this text.",
  originalName: "in the text.",
  states: { new: "New", same: "Already stored", differs: "Differs from what is stored" },
  choice: (name: string) => `What to do with ${name}`,
  actions: { add: "Add", replace: "Replace", merge: "Merge", rename: "Add as…", skip: "Skip" },
  askedAgain: "Somebody else changed what is stored under this name. Choose again.",
  nameOf: (name: string) => `New name for ${name}`,
  edit: "Edit",
  editOf: (name: string) => `Edit ${name}`,
  opening: (name: string) => `Opening ${name}`,
  notOpened: (name: string, why: string) => `${name} was not opened: ${why}`,
  notInText: "The text has no such server any more.",
  notKept: (client: string, names: string[]) => `What is kept for ${client} is not in this draft: ${names.join(", ")}. Import the server without editing it to keep that.`,

  inputs: "Values to enter",
  inputFor: (places: string[]) => `For ${places.join(", ")}`,
  onlyValue: "Only the value: what is around it in the text stays.",
  chooseValue: "Choose a value",
  missing: "Enter a value, or skip this server.",
  differenceOf: (name: string) => `How ${name} differs`,
  field: "Field",
  stored: "Stored",
  imported: "Text",
  absent: "absent",
  secret: "secret",
  otherSecret: "another secret",
  result: "Result",
  open: "–",
  results: { added: "from the text", changed: "from the text", removed: "removed", stays: "stays" },
  whole: "Configuration",
  configurationOf: (name: string) => `Configuration of ${name}`,
  kept: (client: string) => `Kept for ${client}`,
  references: "References",
  errorsOf: (name: string) => `Errors: ${name}`,
  toLookAt: (name: string) => `Review: ${name}`,
  finding: (proposal: string) => `looks like a secret, and will be shown to everyone with read access. ${proposal}`,

  refused: "Can't be imported",
  leaveOut: (number: number) => (number === 1 ? "Import the others without it" : `Import the others without these ${number}`),
  ignored: "Not servers",
  notes: "Also in the text",

  several: (number: number) => `${count(number, "server")} ${number === 1 ? "differs" : "differ"} from what is stored.`,
  forAll: { replace: "Replace all", merge: "Merge all", skip: "Skip all" },
  submit: (number: number) => `Import ${count(number, "server")}`,
  stillReading: "The text is being read. Look at what is found in it first.",
  nothingChosen: "Choose at least one server to import.",
  decideFirst: (names: string[]) => `Choose what to do with ${some(names)} first.`,
  completeFirst: (names: string[]) => `Enter what is missing for ${some(names)} first.`,
  leaveOutFirst: (number: number) => `${count(number, "entry", "entries")} can't be imported. Fix the text, or import the others without ${number === 1 ? "it" : "them"}.`,
  lost: {
    away: "The service can't be reached. The servers may have been stored: look again once it is back.",
    maybe: "The answer of the service did not arrive, and the servers may have been stored. What is stored now is shown below.",
    stored: "The answer of the service did not arrive, but all that you chose is stored.",
  },
  lostElsewhere: "The answer to the import did not arrive. Open the import to see what is stored.",
  notImported: (why: string) => `The import is not done: ${why}`,
  openAgain: "Open the import",
  overtaken: "Somebody else changed a server meanwhile. Nothing was imported. Look at the differences again.",
  done: (number: number) => `${count(number, "server")} ${number === 1 ? "was" : "were"} imported.`,
  wasStored: { add: "added", replace: "replaced", merge: "merged", rename: "added", skip: "stored" } as Record<string, string>,
  wasSkipped: "not imported",
  toList: "Go to the list",
  again: "Read the text again",
} as const;

/** The dialog that writes servers for other clients. */
export const exporting = {
  copyAs: "Copy as…",
  export: "Export…",
  titleOne: (name: string) => `Export ${name}`,
  titleSome: (number: number) => `Export ${count(number, "server")}`,
  titleAll: "Export all servers",
  asStored: "What is stored is exported, without changes that are not saved yet.",
  format: "Client",
  secrets: "Secrets",
  ways: {
    references: "As references to environment variables",
    placeholders: "As placeholders",
    plaintext: "In clear",
  } satisfies Record<Secrets, string>,
  warning: "The text will hold the secrets in clear. The service logs that they were read.",
  writeInClear: "Export the secrets",
  writing: (client: string) => `Writing for ${client}`,
  text: (file: string) => `Text of ${file}`,
  losses: (client: string) => `What ${client} can't hold`,
  copy: "Copy",
  copied: (file: string | null) => (file === null ? "The text was copied." : `The text of ${file} was copied.`),
  copyYourself: "The browser does not let this page copy. Select the text above and copy it.",
  save: "Save as file",
  saved: (file: string) => `${file} was saved.`,
  close: "Close",
  tryAgain: "Try again",
} as const;

const MOST_NAMES = 3;

/** The first names, and how many more there are. */
function some(names: string[]): string {
  const more = names.length - MOST_NAMES;
  return names.slice(0, MOST_NAMES).map(isolated).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** A name in a sentence, whatever its direction is. */
function isolated(name: string): string {
  return /[^ -~]/.test(name) ? `\u2068${name}\u2069` : name;
}
