import { Readable } from 'node:stream';
import type { Service } from '../../src/app/service.ts';
import type { Environment, Terminal } from '../../src/cli/command.ts';
import { runCommandLine } from '../../src/cli/run.ts';

export interface CommandOutcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line against a service, without a process. */
export async function command(
  service: Service,
  argv: readonly string[],
  overrides: Partial<Environment> = {},
): Promise<CommandOutcome> {
  let out = '';
  let err = '';
  const terminal: Terminal = {
    stdin: Readable.from([]),
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isTerminal: false,
    signal: new AbortController().signal,
  };
  const environment: Environment = {
    version: '0.0.0-test',
    openService: async () => ({ service, close: async () => {} }),
    serve: async () => {},
    readFile: async function* () {},
    writeFile: async () => {},
    readTable: async () => ({ columns: [], ids: [], rows: [] }),
    schemaBeside: async () => null,
    demoPanels: async () => [],
    conformance: async () => {},
    ...overrides,
  };
  const status = await runCommandLine(argv, terminal, environment);
  return { status, out, err };
}
