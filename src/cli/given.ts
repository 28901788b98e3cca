/** What was said: options without those that were left out. The contract checks what is in them, see `CommandContext.checked`. */
export const given = <T extends object>(entries: Readonly<Record<string, unknown>>): T =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== null)) as T;
