import { createReadStream, readFileSync } from 'node:fs';
import { householdPanel } from '../../datasets/heat-transition/generate.ts';
import type { DemoPanel } from '../app/load-demo.ts';

const datasets = new URL('../../datasets/', import.meta.url);
const json = (path: string): unknown => JSON.parse(readFileSync(new URL(path, datasets), 'utf8'));

interface DataPackage {
  readonly resources: readonly { readonly name: string; readonly path: string; readonly schema: unknown }[];
}

/** A file of datasets/ with the schema that its data package gives it. */
function bundled(
  folder: string,
  resource: string,
  panel: string,
  title: string,
  unitKind: 'collective' | 'other',
): DemoPanel {
  const { resources } = json(`${folder}/datapackage.json`) as DataPackage;
  const { path, schema } = resources.find(({ name }) => name === resource)!;
  return {
    input: { panel, title, unitKind, format: 'csv', schema },
    content: () => createReadStream(new URL(`${folder}/${path}`, datasets)),
  };
}

/** What the demo loads: the simulated household panel, and two classics for matching and QCA. */
export function demoPanels(): readonly DemoPanel[] {
  return [
    {
      input: {
        panel: 'heat-transition',
        title: 'Heat transition (simulated)',
        unitKind: 'household',
        format: 'csv',
        unit: 'household',
        wave: 'month',
        collective: 'collective',
        schema: json('heat-transition/households.schema.json'),
      },
      content: householdPanel,
    },
    bundled('lalonde', 'lalonde', 'lalonde', 'Job training (LaLonde 1986)', 'other'),
    bundled('lipset', 'lipset-crisp', 'lipset', 'Democracies between the wars (Lipset 1959)', 'collective'),
  ];
}
