import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The options of a script of this project; a wrong call ends it with one line and status 2. */
export function readOptions<const C extends ParseArgsConfig>(config: C): ReturnType<typeof parseArgs<C>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const known = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    return wrongCall(`${(error as Error).message.split('. ')[0]}. Known options: ${known.join(', ') || 'none'}.`);
  }
}

export function wrongCall(message: string): never {
  console.error(message);
  process.exit(2);
}
