import type { Readable } from 'node:stream';
import type { Actor } from '../app/actor.ts';
import type { AnyResult } from '../app/analyses.ts';
import type { JobView } from '../app/jobs.ts';
import type { DemoPanel } from '../app/load-demo.ts';
import type { Released } from '../app/release.ts';
import type { Service } from '../app/service.ts';
import type { OperationId } from '../contract/operations.ts';
import type { Language } from '../messages/language.ts';
import type { ExitCode } from './exit-codes.ts';

/** An option of a command; its text is `cli.option.<name>` in messages, `placeholder` what stands for its value in the help. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly placeholder?: string;
  readonly short?: string;
  readonly multiple?: boolean;
}

/** One command. Its summary is `cli.<name>.summary` in messages. */
export interface Command {
  readonly name: string;
  /** names of the arguments as the help shows them, `[FILE]` where optional */
  readonly arguments: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** one real call, on the demo data */
  readonly example: string;
  run(context: CommandContext): Promise<ExitCode>;
}

/** Cases of a file: a cell is a number, a text, or null where it is empty. */
export interface CaseTable {
  readonly columns: readonly string[];
  readonly ids: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface Terminal {
  readonly stdin: Readable;
  /** data: the answer, and nothing else */
  out(text: string): void;
  /** messages: progress, cautions, errors */
  err(text: string): void;
  readonly isTerminal: boolean;
  readonly signal: AbortSignal;
}

/** What main gives the command line: the service of this folder, or of the server that holds it. */
export interface Environment {
  readonly version: string;
  openService(): Promise<{ readonly service: Service; close(): Promise<void> }>;
  /** Runs the server until the signal; resolves when it has closed. */
  serve(terminal: Terminal, announce: (url: string) => void): Promise<void>;
  /** Reads a file as a stream of bytes. @throws invalid-file where it cannot be read */
  readFile(path: string): AsyncIterable<Uint8Array>;
  /** Writes a text file. @throws invalid-file where it cannot be written */
  writeFile(path: string, text: string): Promise<void>;
  /** Reads a small CSV file as a table of cases; a column `id` names them. @throws invalid-file */
  readTable(path: string): Promise<CaseTable>;
  /** The schema beside a data file: the resource of datapackage.json with that path, or null. */
  schemaBeside(path: string): Promise<unknown>;
  /** The panels of the demo. */
  demoPanels(): Promise<readonly DemoPanel[]>;
  /** The engine of the conformance protocol: JSON lines in, JSON lines out. */
  conformance(input: Readable, write: (line: string) => void): Promise<void>;
}

export interface CommandContext extends Environment {
  readonly terminal: Terminal;
  readonly language: Language;
  readonly json: boolean;
  readonly seed: number | null;
  readonly actor: Actor;
  readonly arguments: readonly string[];
  /** the service, opened at first use and closed after the command */
  service(): Promise<Service>;
  text(name: string): string | null;
  flag(name: string): boolean;
  list(name: string): readonly string[];
  number(name: string): number | null;
  /** The input an operation takes, checked against the contract. @throws invalid-request */
  checked<T>(operation: OperationId, input: T): T;
  /** Waits for a job, showing progress on a terminal; Ctrl-C cancels it. @throws what the job failed with */
  follow(job: JobView): Promise<Released<AnyResult>>;
  /** A text in the language asked for. */
  say(code: string, parameters?: Readonly<Record<string, string | number | readonly string[]>>): string;
}
