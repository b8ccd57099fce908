/** What the page says, by area: texts, and functions that put names and numbers into them. Components hold no text of their own. */

function count(number: number, one: string, many = `${one}s`): string {
  return number === 1 ? `1 ${one}` : `${number} ${many}`;
}

export const list = {
  columns: { name: "Name", transport: "Transport", target: "Target", secrets: "Secrets", changed: "Last change", enabled: "Enabled", menu: "Actions" },
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
  draft: "draft",
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
