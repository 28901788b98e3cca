import { createHash } from 'node:crypto';
import { type Column, type PanelColumns, valueStatus } from '../src/core/index.ts';
import { demoPanels } from '../src/main/demo-panels.ts';

interface Schema {
  readonly fields: readonly { readonly name: string; readonly type: string }[];
  readonly primaryKey: readonly string[];
  readonly missingValues: readonly { readonly value: string; readonly label: string }[];
}

const statuses: Readonly<Record<string, number>> = {
  absent: valueStatus.absent,
  suppressed: valueStatus.suppressed,
  'not-applicable': valueStatus.notApplicable,
};

/**
 * A panel that comes with the service (`heat-transition`, `lalonde`, `lipset`) as the core takes it: typed arrays in
 * canonical order (unit id in UTF-8 bytes, then wave), types and missing values as its Table Schema says. Reads these
 * plain files in a moment; files of your own go through `samenwijs ingest`, which checks them.
 *
 * @param variables columns to keep, or null for all
 */
export async function bundledPanel(name: string, variables: readonly string[] | null = null): Promise<PanelColumns> {
  const known = demoPanels();
  const demo = known.find(({ input }) => input.panel === name);
  if (!demo) throw new Error(`There is no panel ${name}; there are ${known.map((d) => d.input.panel).join(', ')}.`);
  const schema = demo.input.schema as Schema;
  const [unitColumn, waveColumn] = schema.primaryKey as [string, string?];
  const kept = schema.fields.filter(
    (field) => variables?.includes(field.name) ?? !schema.primaryKey.includes(field.name),
  );
  const cells = new Map(
    [...schema.primaryKey, ...kept.map((field) => field.name)].map((column) => [column, [] as string[]]),
  );
  let places: { readonly at: number; readonly values: string[] }[] | null = null;
  const takeLine = (line: string): void => {
    const record = line.split(',');
    if (places === null) places = [...cells].map(([column, values]) => ({ at: record.indexOf(column), values }));
    else for (const { at, values } of places) values.push(record[at]!);
  };
  const hash = createHash('sha256');
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of demo.content()) {
    hash.update(piece);
    const lines = (rest + decoder.decode(piece, { stream: true })).replaceAll('"', '').split('\n');
    rest = lines.pop()!;
    lines.forEach(takeLine);
  }
  if (rest !== '') takeLine(rest);
  const units = cells.get(unitColumn)!;
  const labels = waveColumn === undefined ? units.map(() => '') : cells.get(waveColumn)!;
  const [unitIds, waves] = [inByteOrder(units), inByteOrder(labels)];
  const [unitNumber, waveNumber] = [numbersOf(unitIds), numbersOf(waves)];
  const key = Float64Array.from(
    units,
    (unit, row) => unitNumber.get(unit)! * waves.length + waveNumber.get(labels[row]!)!,
  );
  const order = Uint32Array.from(units.keys());
  if (key.some((value, row) => row > 0 && value < key[row - 1]!)) order.sort((a, b) => key[a]! - key[b]!);
  const missing = new Map(schema.missingValues.map(({ value, label }) => [value, statuses[label]!]));
  const columns = kept.map(({ name: column, type }): [string, Column] => {
    const values = Array.from(order, (row) => cells.get(column)![row]!);
    return [column, type === 'string' ? codes(values, missing) : numbers(values, missing)];
  });
  return {
    panel: name,
    revision: 1,
    digest: hash.digest('hex'),
    rows: order.length,
    unitIds,
    unitIndex: Uint32Array.from(order, (row) => unitNumber.get(units[row]!)!),
    waves,
    waveIndex: Uint32Array.from(order, (row) => waveNumber.get(labels[row]!)!),
    columns: Object.fromEntries(columns),
  };
}

const inByteOrder = (values: readonly string[]): readonly string[] =>
  [...new Set(values)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
const numbersOf = (values: readonly string[]) => new Map(values.map((value, at) => [value, at]));

type Missing = ReadonlyMap<string, number>;

function statusOf(cell: string, missing: Missing): number {
  const status = missing.get(cell);
  if (status === undefined) throw new Error(`"${cell}" is no number and no missing value of the schema.`);
  return status;
}

function numbers(cells: readonly string[], missing: Missing): Column {
  const values = Float64Array.from(cells, Number);
  const status = new Uint8Array(cells.length);
  for (let row = 0; row < cells.length; row++) {
    if (cells[row] !== '' && !Number.isNaN(values[row])) continue;
    status[row] = statusOf(cells[row]!, missing);
    values[row] = 0;
  }
  return { type: 'number', values, status };
}

function codes(cells: readonly string[], missing: Missing): Column {
  const levels = inByteOrder(cells).filter((level) => !missing.has(level));
  const code = numbersOf(levels);
  const found = Int32Array.from(cells, (cell) => code.get(cell) ?? -1);
  const status = Uint8Array.from(found, (at, row) => (at < 0 ? statusOf(cells[row]!, missing) : valueStatus.observed));
  return { type: 'coded', levels, codes: found, status };
}
