/** Writers of the copyable lines: what they write, a shell or Node runs as it stands. */

export type CommandOption = readonly [name: string, value: string | number | boolean | null | undefined];

/** One word of a shell command, quoted only where it must be. */
export const shellWord = (text: string): string =>
  /^[A-Za-z0-9_./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** A command that looks as a visitor, like the page does; options that are not set are left out. */
export function commandLine(command: string, positional: readonly string[], options: readonly CommandOption[]): string {
  const flags = options.flatMap(([name, value]) => {
    if (value === null || value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}`, shellWord(String(value))];
  });
  return ['npx samenwijs', command, ...positional.map(shellWord), ...flags, '--role', 'visitor'].join(' ');
}

export function request(origin: string, method: 'GET' | 'POST', path: string, body?: unknown): string {
  const visitor = "-H 'samenwijs-role: visitor'";
  if (method === 'GET') return `curl -s ${shellWord(origin + path)} ${visitor}`;
  return `curl -s ${shellWord(origin + path)} ${visitor} -H 'content-type: application/json' -d ${shellWord(JSON.stringify(body))}`;
}

/** A call of the typed library: the operation's input is one plain record. */
export function libraryCall(operation: string, input: unknown): string {
  return `const job = await service.${operation}({ role: 'visitor' }, ${literal(input)}, { waitMs: 10_000 });`;
}

/** JSON as a TypeScript literal: keys without quotes where they need none, strings in single quotes. */
export function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    if (fields.length === 0) return '{}';
    return `{ ${fields.map(([key, field]) => `${/^[A-Za-z_]\w*$/.test(key) ? key : literal(key)}: ${literal(field)}`).join(', ')} }`;
  }
  if (typeof value === 'string')
    return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
  return String(value);
}
