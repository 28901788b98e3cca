import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What one fresh process measured. */
export interface Sample {
  readonly ms: number;
  /** processor time of all threads: what others on a busy machine take does not count */
  readonly cpuMs: number;
  readonly rows: number;
  /** of a column of whole numbers with empty fields */
  readonly sum: number;
  readonly peakMB: number;
  /** writing the log into the file of the database when it closes */
  readonly checkpointMs: number;
  readonly fileMB: number;
}

const script = fileURLToPath(new URL('sample.ts', import.meta.url));

export async function measureSample(variant: string, file: string): Promise<Sample> {
  const child = spawn(process.execPath, [script, variant, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = new Promise<string | null>((resolve) =>
    child.once('exit', (status, signal) => resolve(status === 0 ? null : (signal ?? `status ${status}`))),
  );
  let out = '';
  for await (const chunk of child.stdout) out += chunk;
  const fault = await exit;
  if (fault !== null) throw new Error(`Measuring ${variant} on ${file} ended with ${fault}.`);
  return JSON.parse(out) as Sample;
}
