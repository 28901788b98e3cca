import { availableParallelism } from 'node:os';
import { AppError } from './app/errors.ts';

export interface Config {
  readonly port: number;
  readonly host: string;
  /** folder of the store */
  readonly data: string;
  readonly demo: boolean;
  /** largest JSON body, bytes */
  readonly bodyLimit: number;
  /** largest uploaded file, bytes */
  readonly uploadLimit: number;
  readonly threads: number;
}

/**
 * Reads the environment once, at start. Unknown values are refused, not guessed at; .env.example lists every key.
 *
 * @throws invalid-configuration naming the key, what it holds and what it may hold
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  return Object.freeze({
    port: whole(env, 'PORT', 3000, 0, 65_535),
    host: text(env, 'HOST', '127.0.0.1'),
    data: text(env, 'SAMENWIJS_DATA', './data'),
    demo: choice(env, 'SAMENWIJS_DEMO', 'on', ['on', 'off']) === 'on',
    bodyLimit: whole(env, 'SAMENWIJS_BODY_LIMIT', 8 * 2 ** 20, 1024, 2 ** 30),
    uploadLimit: whole(env, 'SAMENWIJS_UPLOAD_LIMIT', 4 * 2 ** 30, 1024, 2 ** 40),
    threads: whole(env, 'SAMENWIJS_THREADS', Math.min(4, availableParallelism()), 1, 64),
  });
}

type Environment = Readonly<Record<string, string | undefined>>;

function text(env: Environment, key: string, fallback: string): string {
  const value = env[key];
  if (value === undefined) return fallback;
  if (value.trim() !== '') return value;
  throw new AppError('invalid-configuration', `${key} is set but empty; give it a value or leave it out.`, { key });
}

function whole(env: Environment, key: string, fallback: number, least: number, most: number): number {
  const value = env[key];
  if (value === undefined) return fallback;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new AppError(
    'invalid-configuration',
    `${key} is "${value}"; expected a whole number from ${least} to ${most}.`,
    { key, value },
  );
}

function choice<C extends string>(env: Environment, key: string, fallback: C, choices: readonly C[]): C {
  const value = env[key];
  if (value === undefined) return fallback;
  if (choices.includes(value as C)) return value as C;
  throw new AppError('invalid-configuration', `${key} is "${value}"; expected ${choices.join(' or ')}.`, {
    key,
    value,
  });
}
