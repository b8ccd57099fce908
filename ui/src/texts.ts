/**
 * What the page says, by area: texts, and functions that put names and numbers into them. Components hold no text of
 * their own. What loads with the editor is in `texts-editing.ts`.
 */

/** A number of things in words. */
export function count(number: number, one: string, many = `${one}s`): string {
  return number === 1 ? `1 ${one}` : `${number} ${many}`;
}

/** What is said of characters that are not seen. */
export const signs = {
  of: (character: string) => ({ "\n": "line break", "\r": "carriage return", "\t": "tab" })[character] ?? `character ${codes(character)}`,
  blanks: (number: number) => count(number, "blank"),
  notAscii: (text: string) => `Not ASCII: ${codes(text)}`,
} as const;

export const shell = {
  messages: "Messages",
  closeMessage: (text: string) => `Close: ${text}`,
  openingEditor: "Opening the editor",
  updated: "The service was updated since this page was loaded. Reload the page to go on.",
  noEditor: "The editor can't be fetched from the service. Try again, or reload the page.",
  tryAgain: "Try again",
  product: "mcp-settings",
  page: "MCP servers",
  newServer: "Add server",
  importServers: "Import servers",
  title: (screen: string | null) => (screen === null ? "MCP servers" : `${screen} · MCP servers`),
  titleOfView: (view: string, server: string) => `${view} · ${server}`,
  connection: { connecting: "Connecting…", live: "Live", offline: "Offline", stale: "Syncing…", problem: "File problem", signedOut: "Signed out" },
  liveWhy: "Changes by others appear at once.",
  pending: (what: string) => `${what}…`,
  help: "Help",
  undoRemoval: "Undo the last removal",
  account: "Account",
  key: "Key",
  access: "Access",
  session: "Session",
  file: "Settings file",
  version: "Version",
  theme: "Theme",
  themes: { system: "System", light: "Light", dark: "Dark" },
  signOut: "Sign out",
  apiDescription: "API description (OpenAPI)",
  serverSchema: "JSON Schema of a server",
  noKeys: "Anyone who can reach this service: it asks for no key.",
  readWrite: "Read and write",
  readOnly: "Read only",
  /** What the scopes allow beside reading and writing. */
  scopes: { reveal: "reveal secrets", run: "run servers", admin: "administer" } as Record<string, string>,
  endsWhenUnused: (time: string) => `Ends after ${time} without use`,
  minutes: (number: number) => count(number, "minute"),
  hours: (number: number) => count(number, "hour"),
} as const;

/** Backticks mark code. */
export const notices = {
  offline: ["The service can't be reached.", "Your drafts are kept. The page reconnects by itself. Until then it shows the last known state."],
  foreignOrigin: (origin: string) => [
    "The service refuses changes from this address.",
    `Add \`${origin}\` to \`MCP_SETTINGS_ALLOWED_ORIGINS\` where the service is configured, and restart it.`,
  ],
  problem: (title: string, detail: string, isListed: boolean) => [
    `${title}.`,
    [detail.startsWith(title) ? "" : detail, isListed && "The page shows the last known state, and updates by itself once the problem is solved."].filter(Boolean).join(" "),
  ],
  wrongKey: [
    "The stored secrets can't be read with the key of this service.",
    "Set the key that encrypted them (`MCP_SETTINGS_SECRET_KEY` or `OH_SECRET_KEY`), or restore the key file, and restart the service. Until then secrets are kept as they are.",
  ],
  degraded: "The service works with limits.",
  newerFile: ["Read-only: written by a newer version of OpenHands.", "Update this service to change servers here."],
  readOnlyFile: "Read-only: this settings file can't be changed.",
  readOnlyKey: ["This key may only read.", "To change servers, sign in with a key that has the scope `write`."],
  elsewhere: [
    "Another service runs these servers.",
    "This page shows what that one reports. To start, restart or check a server, open its page there; this service takes over when that one ends.",
  ],
  runOff: ["This service runs no servers.", "Running them is turned off where it is configured (`MCP_SETTINGS_RUN`)."],
  acp: [
    "This settings file has no MCP servers.",
    "It is for an ACP agent, which has its own. To add servers here, choose an OpenHands agent in its settings.",
  ],
  unreadableFile: "The settings file can't be read now. Your draft is kept.",
  away: "This page was away. It is fetching what changed.",
  waiting: "Waiting for the service.",
} as const;

export const signIn = {
  title: "Sign in",
  key: "API key",
  /** Backticks mark code. */
  hint: "To stay signed in, open the link that the service prints when it starts, or that `mcp-settings open` prints. Or use an API key: the first start writes one to `.mcp-settings.api-key` beside the settings file. This tab keeps a typed key in memory only.",
  missing: "Enter an API key.",
  refused: "This key was not accepted.",
  offline: "The service can't be reached. Try again in a moment.",
  pending: "Signing in",
  submit: "Sign in",
  keyEnded: "You've been signed out. Your drafts are kept.",
  signedOut: "You are signed out. Your drafts are kept, but for those with secrets.",
  signedOutElsewhere: "You have signed out in another tab. Your drafts are kept, but for those with secrets.",
  spentLink: "The link was used already, or is older than a minute. Sign in with an API key.",
  linkFromElsewhere: "The link could not be used from this address.",
  notEnded:
    "You are signed out, but the service could not store that: after a restart it may accept the session again. Report this to its operator.",
  notReached: "You are signed out here, but the service could not be reached: your session ends there after 8 hours without use.",
} as const;

export const help = {
  title: "Keyboard shortcuts",
  open: "Show this help",
  done: "Done",
  singleKeys: "Shortcuts of a single key",
  singleKeysWhy: "Shortcuts of a single key. Turn them off if you use speech input.",
} as const;

export const list = {
  heading: "MCP servers",
  columns: { name: "Name", status: "Status", transport: "Transport", target: "Target", secrets: "Secrets", changed: "Last change", enabled: "Enabled", menu: "Actions" },
  table: "Servers",
  noTarget: "no command or URL",
  notKnown: "not known",
  noSecrets: "none",
  notSeen: "not seen",
  secrets: (number: number) => count(number, "secret"),
  reentry: (number: number) => `${number} must be re-entered`,
  unreadableSecrets: (number: number) => `${count(number, "secret")}, which this service cannot read`,
  invalidName: "Invalid name",
  invalidNameWhy: "The service accepts no server with this name. Remove it here, or rename it in the settings file.",
  invalidConfig: "Invalid configuration",
  invalidConfigWhy: "What is stored under this name is not a configuration.",
  invalidTransport: "invalid",
  search: "Search servers",
  searchKey: "Search the servers",
  addKey: "Add a server",
  openKey: (isEdit: boolean) => `${isEdit ? "Edit" : "Show"} the server that has the focus`,
  selectKey: "Select or deselect the server that has the focus",
  selectAllKey: "Select all servers that are shown, in the list",
  clearSelectionKey: "Clear the selection",
  import: "Import",
  export: "Export…",
  add: "Add server",
  none: "No servers yet",
  noneWhy: "Add one by hand, or paste the configuration block from a server's documentation.",
  noMatch: "No matching servers",
  clearFinding: "Clear search and filters",
  shown: (shown: number, all: number) => (shown === all ? count(all, "server") : `${shown} of ${count(all, "server")}`),
  select: (name: string) => `Select: ${name}`,
  selectAll: "Select all",
  groups: { transport: "Transport", state: "State", running: "Running", origin: "Origin", attention: "Attention" },
  filters: {
    stdio: "stdio", http: "HTTP", sse: "SSE", enabled: "Enabled", disabled: "Disabled", running: "Running",
    settings: "Configured here", registered: "Registered", catalog: "Catalog", static: "Static",
    approval: "Needs approval", failing: "Failing", reentry: "Secrets to re-enter", findings: "Secrets in clear", invalid: "Invalid",
  },
  originWhy: {
    registered: "A program has registered it at /v1/mcp-servers.",
    catalog: "An agent has installed it through /registry.",
    static: "A server of the file has the same name: clients of /v1 are shown that one.",
  },
  gateway: (gateway: string, state: string) => `${gateway}: ${state}`,
  gatewayPending: "at the gateway…",
  gatewayFailing: "Gateway failing",
  leavingTag: "being removed",
  staticServers: "Static servers",
  staticServersWhy: "A file of the service registers these. They are changed there.",
  shadows: "hides a stored server",
  unreadableFilter: "Unreadable secrets",
  drafts: "Unsaved drafts",
  namelessDraft: "New server without a name",
  draft: "draft",
  more: (name: string) => `More: ${name}`,
  edit: "Edit",
  replace: "Replace",
  rename: "Rename",
  duplicate: "Duplicate",
  remove: "Remove",
  enabled: (name: string) => `Enabled: ${name}`,
  turning: (name: string, on: boolean) => `${on ? "Enabling" : "Disabling"} ${name}`,
  notTurned: (name: string, on: boolean, why: string) => `${name} was not ${on ? "enabled" : "disabled"}: ${why}`,
  removing: "Removing…",
  removed: "Removed",
  undo: "Undo",
  undoNamed: (name: string) => `Undo: ${name}`,
  removeNow: "Remove now",
  removeNowNamed: (name: string) => `Remove now: ${name}`,
  by: (who: string | null) => `by ${who ?? "another program"}`,
  on: "On",
  off: "Off",
  unclear: "–",
  unclearWhy: "neither on nor off",
} as const;

/** How a server runs, in a few words. */
export const running = {
  words: {
    healthy: "Healthy", degraded: "Degraded", unhealthy: "Unhealthy", credentials: "Needs credentials", unchecked: "Not checked yet",
    disabled: "Disabled", unapproved: "Needs approval", off: "Not run here", idle: "Idle", starting: "Starting", stopping: "Stopping", failed: "Failed",
  },
  views: { status: "Status", tools: "Tools", resources: "Resources", prompts: "Prompts", log: "Log", history: "History", approval: "Approval" },
  since: (word: string, span: string) => `${word} · ${span}`,
  retryIn: (word: string, span: string) => `${word}, retry in ${span}`,
} as const;

export const bulk = {
  region: "Selected servers",
  selected: (number: number) => `${number} selected`,
  hidden: (number: number) => `${number} not shown`,
  enable: "Enable",
  disable: "Disable",
  approve: "Approve…",
  export: "Export…",
  remove: "Remove",
  clear: "Clear selection",
  undo: "Undo",
  removeNow: "Remove now",
  willBeRemoved: (number: number) => `${count(number, "server")} will be removed`,
  servers: (number: number) => count(number, "server"),
  enabling: (number: number, on: boolean) => `${on ? "Enabling" : "Disabling"} ${count(number, "server")}`,
  enabled: (number: number, on: boolean) => `${on ? "Enabled" : "Disabled"} ${count(number, "server")}`,
  removing: (what: string) => `Removing ${what}`,
  removed: (number: number) => `Removed ${count(number, "server")}`,
  failed: (done: string, number: number) => `${done}, ${number} failed`,
  failure: (name: string, why: string) => `${name}: ${why}`,
  retry: "Try again",
  gone: "It no longer exists.",
  offline: "The service can't be reached.",
  changed: "somebody else changed it meanwhile.",
  mayBeThere: "The service can't be reached, so it may still be there.",
  notRemoved: (name: string, why: string) => `${name} was not removed: ${why}`,
  wasRemoved: (name: string) => `${name} was removed`,
  goneAlready: (name: string) => `${name} was removed already`,
  announced: (what: string, seconds: number) => `${what} will be removed in ${seconds} seconds. Ctrl+Z undoes it.`,
  stay: (what: string, number: number) => `${what} ${number === 1 ? "stays" : "stay"}.`,
} as const;

/** Problems that the page reports itself; the others are in the words of the service. */
export const problems = {
  answered: (status: number) => `The service answered ${status}`,
  offline: { title: "The service can't be reached", detail: "Try again when it is back." },
  unreadableAnswer: {
    title: "The answer can't be read",
    detail: "It may come from something between this page and the service. Reload the page to see what is stored.",
  },
} as const;

/** Why something could not be done. */
export const failures = {
  foreignOrigin: "The service refuses changes from this address; the notice above says what to do.",
  nowUnreadable: "What is stored under this name now is not a valid configuration. Discard this draft to replace or remove it.",
  mayNotReveal: "This key may not reveal secrets.",
  mayNotChange: "This key may not change servers.",
  mayNotRun: "This key may not do that.",
  logHasMore: (id: string) => `The log has more under ${id}.`,
  offline: {
    reveal: "The service can't be reached. Nothing was shown.",
    // A request whose answer was lost may have done its work.
    save: "The service can't be reached. Your draft is kept: save it again once the service is back.",
    rename: "The service can't be reached. Look at the list once it is back.",
    read: "The service can't be reached. Your draft is kept.",
    run: "The service can't be reached.",
  },
} as const;

/** The dialogs that ask for a name: renaming and duplicating. */
export const naming = {
  label: "New name",
  cancel: "Cancel",
  open: "Open",
  taken: "A server with this name already exists.",
  sameName: "That is its name already.",
  rename: "Rename",
  renaming: (name: string) => `Rename ${name}`,
  renamingNow: (name: string) => `Renaming ${name}`,
  renamed: (name: string, to: string) => `${name} was renamed to ${to}`,
  renameHint: "Letters A to Z, digits, and _ . @ : + - . Its secrets stay with it.",
  renameOvertaken: "Somebody else changed this server meanwhile. Close this, look at the change, and rename it then.",
  renameMissing: "No server has the old name any more.",
  wasRemoved: (name: string) => `${name} was removed meanwhile. What you typed is still here.`,
  wasRenamed: (name: string, to: string) => `${name} was renamed to ${to} meanwhile. What you typed is still here.`,
  copy: "Duplicate",
  copying: (name: string) => `Duplicate ${name}`,
  copyingNow: (name: string) => `Duplicating ${name}`,
  copied: (name: string, to: string) => `${name} was duplicated as ${to}`,
  copyHint: "Letters A to Z, digits, and _ . @ : + - . Its secrets are copied too.",
  copyHintChanged: "Letters A to Z, digits, and _ . @ : + - . The copy has what is stored, secrets too, without your unsaved changes.",
  copyOvertaken: "Somebody else changed this server meanwhile. Close this, look at the change, and duplicate it then.",
  copyMissing: "No server has this name any more.",
} as const;

/** Characters as Unicode names them; of many only the first. */
function codes(text: string): string {
  const all = [...text].map((character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`);
  return all.slice(0, 8).join(" ") + (all.length > 8 ? " …" : "");
}
