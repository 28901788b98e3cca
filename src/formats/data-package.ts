import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { AppError } from '../app/errors.ts';

/**
 * The description that lies beside a file: its data resource in `datapackage.json`, whose `schema` may be a file of its
 * own; else the Table Schema `NAME.schema.json` of a file `NAME.csv`. Null where there is neither.
 *
 * @throws invalid-request where there is one that cannot be read
 */
export async function findDataResource(path: string): Promise<unknown> {
  return (await fromDataPackage(path)) ?? (await ownSchema(path));
}

async function ownSchema(path: string): Promise<unknown> {
  const name = `${basename(path, extname(path))}.schema.json`;
  const text = await readOptional(join(dirname(path), name));
  return text === null ? null : parseJson(text, name);
}

async function fromDataPackage(path: string): Promise<unknown> {
  const folder = dirname(path);
  const text = await readOptional(join(folder, 'datapackage.json'));
  if (text === null) return null;
  const { resources } = parseJson(text, 'datapackage.json') as { resources?: unknown };
  if (!Array.isArray(resources)) return null;
  for (const resource of resources as { path?: unknown; schema?: unknown }[]) {
    const paths = Array.isArray(resource?.path) ? resource.path : [resource?.path];
    if (!paths.includes(basename(path)) || resource.schema === undefined) continue;
    if (typeof resource.schema !== 'string') return resource;
    const name = resource.schema;
    // A schema lies beside the file or below; a path that leaves the folder is not followed.
    if (/^[a-z]+:|^[/\\]|(^|[/\\])\.\.([/\\]|$)/i.test(name)) {
      throw new AppError(
        'invalid-request',
        `The data package names the schema "${name}"; expected a file in its folder.`,
        {
          schema: name,
        },
      );
    }
    return { ...resource, schema: parseJson(await readFile(join(folder, name), 'utf8'), name) };
  }
  return null;
}

async function readOptional(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError(
      'invalid-request',
      `${name} is not JSON: ${(cause as Error).message}.`,
      { file: name },
      { cause },
    );
  }
}
