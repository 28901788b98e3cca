import { readFileSync } from 'node:fs';
import { seed } from '../../datasets/heat-transition/generate.ts';
import { householdsCsv } from '../../datasets/heat-transition/households.ts';
import type { VariableDescription, VariableRole } from '../../src/app/panels.ts';
import { codes, type MemoryPanel, numbers } from './memory-ports.ts';

const folder = new URL('../../datasets/heat-transition/', import.meta.url);
const readJson = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

interface Field {
  readonly name: string;
  readonly type: string;
  readonly title: string;
  readonly unit?: string;
  readonly role?: VariableRole;
  readonly direction?: VariableDescription['direction'];
  readonly categories?: readonly { readonly value: string; readonly label: string }[];
}

/**
 * The household panel of the demo, in memory: the first collectives of what the service loads at first start. Eight are enough for
 * every page and few enough for a test; an effect counted by collective asks for more.
 */
export function demoPanel(collectives = 8): MemoryPanel {
  const pieces: string[] = [];
  for (const piece of householdsCsv(seed)) {
    pieces.push(piece);
    if (pieces.length > collectives) break;
  }
  const [header = '', ...lines] = pieces.join('').trimEnd().split('\n');
  const names = header.split(',');
  const cells = lines.map((line) => line.split(','));
  const column = (name: string) => {
    const at = names.indexOf(name);
    return cells.map((row) => row[at]!);
  };
  const indexed = (values: readonly string[]) => {
    const levels = [...new Set(values)].sort();
    const rank = new Map(levels.map((level, at) => [level, at]));
    return { levels, index: values.map((value) => rank.get(value)!) };
  };
  const units = indexed(column('household'));
  const waves = indexed(column('month'));
  const fields: readonly Field[] = readJson('households.schema.json').fields;
  const used = fields.filter(({ name }) => !['household', 'month', 'neighbourhood'].includes(name));
  const absent = new Set(['', '.', 'n/a']);
  return {
    panel: 'heat-transition',
    title: 'Heat transition (demo)',
    unitKind: 'household',
    collectiveColumn: 'collective',
    unitIds: units.levels,
    waves: waves.levels,
    unitIndex: units.index,
    waveIndex: waves.index,
    columns: Object.fromEntries(
      used.map(({ name, type }) => {
        const values = column(name);
        return [
          name,
          type === 'string'
            ? codes(values.map((value) => (absent.has(value) ? null : value)))
            : numbers(values.map((value) => (absent.has(value) ? null : Number(value)))),
        ];
      }),
    ),
    variables: Object.fromEntries(
      used.map(({ name, title, unit, role, direction, categories, type }) => [
        name,
        {
          title,
          unit: unit ?? null,
          role: role ?? 'attribute',
          direction: direction ?? 'neutral',
          ...(type === 'integer' ? { type: 'integer' as const } : {}),
          codebook: categories ? Object.fromEntries(categories.map(({ value, label }) => [value, label])) : null,
        },
      ]),
    ),
  };
}
