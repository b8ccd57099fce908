/** Which tools a run policy offers, as far as names say, and how one more or one less is chosen. Pure. */

export type ToolRules = {
  /** These only; null for all. */
  allow: string[] | null;
  deny: string[];
  /** Only as they were accepted. */
  pinned: boolean;
};

export function isAllowed({ allow, deny }: ToolRules, tool: string): boolean {
  return (allow === null || allow.includes(tool)) && !deny.includes(tool);
}

/** The same without this tool. */
export function denying(rules: ToolRules, tool: string): ToolRules {
  return { ...rules, deny: [...rules.deny.filter((other) => other !== tool), tool] };
}

/** The same with this tool. */
export function allowing({ allow, deny, pinned }: ToolRules, tool: string): ToolRules {
  const isListed = allow === null || allow.includes(tool);
  return { allow: isListed ? allow : [...allow, tool], deny: deny.filter((other) => other !== tool), pinned };
}

/** The same with every tool, also those that are yet to come. */
export function allowingAll({ pinned }: ToolRules): ToolRules {
  return { allow: null, deny: [], pinned };
}
