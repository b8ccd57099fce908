/** What the page says to its reader: one object for each part of it. Texts with a variable part are functions. */

/** The editor of one server. */
export const editor = {
  unreadable: "What is stored under this name is not a valid configuration, so it can't be edited. Replace it with a new one, or remove it.",
  replace: "Replace…",
  remove: "Remove",
  useProposal: (url: string) => `Use ${url}`,
} as const;

/** The dialogs that ask for a name: renaming and duplicating. */
export const naming = {
  label: "New name",
  cancel: "Cancel",
  open: "Open",
  taken: "There is a server of this name already.",
  sameName: "That is its name already.",
  rename: "Rename",
  renaming: (name: string) => `Rename ${name}`,
  renamingNow: (name: string) => `Renaming ${name}`,
  renamed: (name: string, to: string) => `${name} was renamed to ${to}`,
  renameHint: "Letters A to Z, digits, and _ . @ : - . Its secrets stay with it.",
  renameOvertaken: "Somebody else changed this server meanwhile. Close this, look at the change, and rename it then.",
  renameMissing: "There is no server of the old name any more.",
  copy: "Duplicate",
  copying: (name: string) => `Duplicate ${name}`,
  copyingNow: (name: string) => `Duplicating ${name}`,
  copied: (name: string, to: string) => `${name} was duplicated as ${to}`,
  copyHint: "Letters A to Z, digits, and _ . @ : - . Its secrets are copied too.",
  copyHintChanged: "Letters A to Z, digits, and _ . @ : - . Copied is what is stored, secrets too, without your unsaved changes.",
  copyOvertaken: "Somebody else changed this server meanwhile. Close this, look at the change, and duplicate it then.",
  copyMissing: "There is no server of this name any more.",
} as const;

/** The rows of stored secrets, and revealing one. */
export const secrets = {
  dots: "••••••",
  hidden: "stored, not shown",
  group: (label: string) => `${label}: stored secret`,
  edit: "Edit",
  editOf: (label: string) => `Edit ${label}`,
  more: (label: string) => `More: ${label}`,
  reveal: "Reveal",
  revealOf: (label: string) => `Reveal ${label}`,
  copy: "Copy",
  copyOf: (label: string) => `Copy ${label}`,
  remove: "Remove",
  hide: "Hide",
  hideOf: (label: string) => `Hide ${label}`,
  keep: "Keep stored value",
  keepOf: (label: string) => `Keep stored value: ${label}`,
  storedValueOf: (label: string) => `Stored value of ${label}`,
  visibleFor: "Visible for 30 s. This was logged.",
  hiddenAgain: (label: string) => `${label} is hidden again.`,
  copied: (label: string) => `${label} was copied. This was logged.`,
  copyYourself: "The browser did not let the page copy. Copy the value from the field.",
  asking: (label: string) => `Asking for ${label}`,
  wrongKey: "Can't be read with the key of this service",
  lost: "Can't be decrypted: enter it again",
  mustBeTyped: "Must be entered again",
  empty: "Type the new value, or keep the stored one.",
  emptyUnbound: "Type the value.",
  cantKeep: (why: string) => `The stored value can't be kept: ${why}. Enter it again, or remove it.`,
  undoRemoving: (what: string) => `Undo removing ${what}`,
  show: "Show",
  showTyped: (label: string) => `Show what was typed: ${label}`,
  urlHint: "The asterisks hide what is stored: leave them to keep it.",
} as const;
