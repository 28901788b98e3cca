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

/** A whole program with the typed library around one call. */
export const program = (call: string, shown: string): string =>
  `import { openSamenwijs } from 'samenwijs';

const { service, close } = await openSamenwijs();
const ${shown} = ${call};
console.log(${shown === 'job' ? 'job.result' : shown.replaceAll(/[{} ]/g, '')});
await close();`;

/** An analysis with the typed library: the operation's input is one plain record. */
export const libraryCall = (operation: string, input: unknown): string =>
  program(`await service.${operation}({ role: 'visitor' }, ${literal(input)}, { waitMs: 60_000 })`, 'job');

/** JSON as a TypeScript literal: keys without quotes where they need none, strings in single quotes. */
export function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    if (fields.length === 0) return '{}';
    return `{ ${fields.map(([key, field]) => `${keyOf(key)}: ${literal(field)}`).join(', ')} }`;
  }
  if (typeof value === 'string')
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  return String(value);
}

/** `__proto__` as a plain key would set the prototype instead. */
const keyOf = (key: string): string =>
  key === '__proto__' ? "['__proto__']" : /^[A-Za-z_]\w*$/.test(key) ? key : literal(key);
