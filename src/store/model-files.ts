import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../app/errors.ts';
import type { ModelDescription, ModelSummary } from '../app/models.ts';
import type { ModelRepository } from '../app/ports.ts';
import type { TrainedModel } from '../core/recommend/trained-model.ts';
import { decodeModel, encodeModel } from './model-format.ts';

/** Names of models: also folder names, so nothing that could be a path. */
const validName = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * Models as folders `<name>/<version>/` with `model.bin`, `metadata.json` and `card.md`.
 *
 * @param folders.shipped comes with the service, is never written
 * @param folders.own models trained here; made at the first save
 */
export function createModelFiles(folders: { readonly shipped: string; readonly own: string }): ModelRepository {
  const versionsIn = async (folder: string, name: string): Promise<number[]> => {
    const entries = await readdir(join(folder, name)).catch(() => []);
    return entries.filter((entry) => /^[1-9][0-9]*$/.test(entry)).map(Number);
  };
  const namesIn = async (folder: string): Promise<string[]> =>
    (await readdir(folder).catch(() => [])).filter((entry) => validName.test(entry));

  async function list(): Promise<ModelSummary[]> {
    const found: ModelSummary[] = [];
    for (const [folder, shipped] of [
      [folders.shipped, true],
      [folders.own, false],
    ] as const) {
      for (const name of await namesIn(folder)) {
        for (const version of await versionsIn(folder, name)) found.push({ name, version, shipped });
      }
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version - b.version));
  }

  /** The folder of a version; the newest for null. */
  async function find(name: string, version: number | null): Promise<string> {
    const all = (await list()).filter((model) => model.name === name);
    const chosen = version === null ? all.at(-1) : all.find((model) => model.version === version);
    if (chosen) return join(chosen.shipped ? folders.shipped : folders.own, name, String(chosen.version));
    const known = (await list()).map((model) => `${model.name} ${model.version}`);
    throw new AppError(
      'model-not-found',
      `There is no model "${name}"${version === null ? '' : ` with version ${version}`}; there ${known.length === 0 ? 'are none. Train one' : `are ${known.join(', ')}. Name one of these or train one`} (samenwijs train).`,
      { model: name, version, known },
    );
  }

  return {
    list,
    async load(name, version) {
      const folder = await find(name, version);
      const description = JSON.parse(await readFile(join(folder, 'metadata.json'), 'utf8')) as ModelDescription;
      return { description, model: decodeModel(await readFile(join(folder, 'model.bin'))) };
    },
    async card(name, version) {
      return readFile(join(await find(name, version), 'card.md'), 'utf8');
    },
    async nextVersion(name) {
      const versions = (await list()).filter((model) => model.name === name).map(({ version }) => version);
      return Math.max(0, ...versions) + 1;
    },
    async save(description, model, card) {
      if (!validName.test(description.name)) {
        throw new AppError(
          'invalid-request',
          `"${description.name}" is no name for a model; expected lower-case letters, digits and hyphens, at most 63.`,
        );
      }
      await writeModelFolder(join(folders.own, description.name), description, model, card);
    },
  };
}

/** Writes a version beside the others: first under a hidden name, then renamed, so that it is there whole or not at all. */
export async function writeModelFolder(
  folder: string,
  description: ModelDescription,
  model: TrainedModel,
  card: string,
): Promise<void> {
  const final = join(folder, String(description.version));
  const draft = join(folder, `.draft-${description.version}-${process.pid}`);
  await mkdir(draft, { recursive: true });
  try {
    await writeFile(join(draft, 'model.bin'), encodeModel(model));
    await writeFile(join(draft, 'metadata.json'), `${JSON.stringify(description, null, 1)}\n`);
    await writeFile(join(draft, 'card.md'), card);
    await rename(draft, final);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') {
      throw new AppError(
        'version-conflict',
        `Version ${description.version} of model "${description.name}" was there already and is kept. Train again for the next version.`,
        { model: description.name, version: description.version },
        { cause },
      );
    }
    throw cause;
  }
}
