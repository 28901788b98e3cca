import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExperimentRegistry } from '../app/experiments.ts';
import type { ExperimentRepository } from '../app/ports.ts';

/** What the reader of formats takes: texts and what JSON says about them. */
export interface RegistryFiles {
  readonly experiments: string;
  readonly schema: { readonly fields: readonly { readonly name: string }[] };
  readonly neighbourhoods: string | null;
  readonly blocks: ExperimentRegistry['blocks'];
}

/**
 * The registry of experiments in a data package folder: experiments.csv, neighbourhoods.csv and building-blocks.json, with
 * roles and units from datapackage.json. Read once and kept.
 *
 * @param read the reader of src/formats
 */
export function createExperimentFiles(
  folder: string,
  read: (files: RegistryFiles) => ExperimentRegistry,
): ExperimentRepository {
  let registry: Promise<ExperimentRegistry> | null = null;
  const open = async (): Promise<ExperimentRegistry> => {
    const text = (name: string) => readFile(join(folder, name), 'utf8');
    const dataPackage = JSON.parse(await text('datapackage.json')) as {
      readonly resources: readonly { readonly name: string; readonly schema: RegistryFiles['schema'] }[];
    };
    return read({
      experiments: await text('experiments.csv'),
      schema: dataPackage.resources.find(({ name }) => name === 'experiments')!.schema,
      neighbourhoods: await text('neighbourhoods.csv'),
      blocks: JSON.parse(await text('building-blocks.json')),
    });
  };
  return {
    load() {
      registry ??= open();
      return registry;
    },
  };
}
