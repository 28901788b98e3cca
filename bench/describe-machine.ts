import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

/** Machine, runtime and commit of a measurement. */
export function describeMachine() {
  const git = (...given: string[]) =>
    execFileSync('git', given, { cwd: new URL('.', import.meta.url), encoding: 'utf8' }).trim();
  return {
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryGB: Math.round(totalmem() / 2 ** 30) },
    runtime: `Node ${process.version}`,
    commit: git('rev-parse', '--short', 'HEAD'),
  };
}
