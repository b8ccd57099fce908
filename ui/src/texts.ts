/**
 * What the page says to its reader: one object for each part of it. Texts with a variable part are functions. What loads
 * with the editor is in `texts-editing.ts`.
 */

/** Why something could not be done. */
export const failures = {
  foreignOrigin: "The service refuses changes from this address; the notice above says what to do.",
  nowUnreadable: "What is stored under this name now is not a valid configuration. Discard this draft to replace or remove it.",
  mayNotReveal: "This key may not reveal secrets.",
  mayNotChange: "This key may not change servers.",
  logHasMore: (id: string) => `The log has more under ${id}.`,
  offline: {
    reveal: "The service can't be reached. Nothing was shown.",
    // A request whose answer was lost may have done its work.
    save: "The service can't be reached. Your draft is kept: save it again once the service is back.",
    rename: "The service can't be reached. Look at the list once it is back.",
    read: "The service can't be reached. Your draft is kept.",
  },
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
