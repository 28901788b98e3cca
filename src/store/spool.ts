import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../app/errors.ts';
import { isStoreFull, storeFull } from './database.ts';
import { gatherTextFacts, type TextFacts } from './text-facts.ts';

/** An upload on disk, as it came. */
export interface SpooledFile extends TextFacts {
  readonly path: string;
  readonly bytes: number;
  /** sha256 of the bytes, hexadecimal */
  readonly digest: string;
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
  const facts = gatherTextFacts();
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
        // The disk takes a chunk while the processor looks at it.
        const writing = writeAll(file, chunk);
        hash.update(chunk);
        facts.update(chunk);
        await writing;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    await remove();
    throw isStoreFull(error) ? storeFull(error) : error;
  }
  return { path, bytes, digest: hash.digest('hex'), ...facts.end(), remove };
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.length; ) written += (await file.write(chunk, written)).bytesWritten;
}
