import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../app/errors.ts';
import { isStoreFull, storeFull } from './database.ts';
import { createUtf8Check } from './utf8-check.ts';

/** An upload on disk, as it came. */
export interface SpooledFile {
  readonly path: string;
  readonly bytes: number;
  /** sha256 of the bytes, hexadecimal */
  readonly digest: string;
  readonly isUtf8: boolean;
  readonly hasNul: boolean;
  remove(): Promise<void>;
}

/** Empties the folder of uploads: what lies there was left by a process that died. */
export async function cleanSpool(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
}

/**
 * Writes a stream to a file of its own, hashing and checking it on the way. On any failure the file is gone.
 *
 * @param limit largest number of bytes
 * @throws payload-too-large while it streams; store-full
 */
export async function spool(
  folder: string,
  name: string,
  source: AsyncIterable<Uint8Array>,
  limit: number,
  signal: AbortSignal,
): Promise<SpooledFile> {
  const path = join(folder, name);
  const remove = () => rm(path, { force: true });
  const hash = createHash('sha256');
  const check = createUtf8Check();
  let bytes = 0;
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of source) {
        signal.throwIfAborted();
        bytes += chunk.length;
        if (bytes > limit) {
          throw new AppError(
            'payload-too-large',
            `The file has more than ${limit} bytes; that is the limit of this service. Split the file, or raise SAMENWIJS_UPLOAD_LIMIT.`,
            { limit },
          );
        }
        hash.update(chunk);
        check.update(chunk);
        for (let written = 0; written < chunk.length; ) {
          written += (await file.write(chunk, written)).bytesWritten;
        }
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    await remove();
    throw isStoreFull(error) ? storeFull(error) : error;
  }
  return { path, bytes, digest: hash.digest('hex'), ...check.end(), remove };
}
