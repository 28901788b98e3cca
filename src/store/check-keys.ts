import type { FileFormats, PlannedKeys, ReadingPlan, Wave } from '../app/file-formats.ts';
import type { Session } from './database.ts';
import type { ProblemList } from './problem-list.ts';
import { rowsTable } from './stage.ts';

/** Waves of a staged file, in order. The temporary table `staged_wave` maps the texts of the file to them. */
export interface StagedWaves {
  readonly labels: readonly string[];
  /** moments between the first and the last wave that no row has; null where the kind has no next one */
  readonly missingMoments: readonly string[];
}

export const stagedWave = 'staged_wave';

/** Reads the wave of every row: parsed, ranked, and mapped from what was written. A cross-section has none. */
export async function rankWaves(
  session: Session,
  formats: FileFormats,
  key: number,
  waveColumn: string | null,
  errors: ProblemList,
): Promise<StagedWaves> {
  await session.run(
    `CREATE OR REPLACE TEMPORARY TABLE ${stagedWave} (written VARCHAR, wave_index UINTEGER, label VARCHAR)`,
  );
  if (waveColumn === null) return { labels: [], missingMoments: [] };
  const texts = await session.rows<{ wave: string; n: number; record: number }>(
    `SELECT wave, count(*) AS n, min(rowid) AS record FROM ${rowsTable(key)} WHERE wave IS NOT NULL GROUP BY wave`,
  );
  const parsed = texts.map((row) => ({ ...row, moment: formats.parseWave(row.wave) }));
  const unreadable = parsed.filter((row) => row.moment === null);
  errors.add(
    unreadable.reduce((sum, row) => sum + row.n, 0),
    unreadable.slice(0, 100).map((row) => ({
      rule: 'unreadable-wave',
      record: row.record,
      column: waveColumn,
      value: row.wave,
      remedy: 'Write a wave as a year (2024), quarter (2024-Q1), month (2024-03), date (2024-03-31) or whole number.',
    })),
  );
  const good = parsed.flatMap(({ moment, ...row }) => (moment === null ? [] : [{ ...row, ...moment }]));
  reportMixedKinds(good, waveColumn, errors);
  good.sort((a, b) => a.order - b.order);
  const labels: string[] = [];
  const rows = good.map((row) => {
    if (labels.at(-1) !== row.label) labels.push(row.label);
    return { written: row.wave, wave_index: labels.length - 1, label: row.label };
  });
  await session.run(
    `INSERT INTO ${stagedWave} SELECT unnest(from_json(?::JSON, '[{"written":"VARCHAR","wave_index":"UINTEGER","label":"VARCHAR"}]'), recursive := true)`,
    [JSON.stringify(rows)],
  );
  return { labels, missingMoments: missingMoments(good, formats) };
}

type RankedWave = Wave & { readonly wave: string; readonly n: number; readonly record: number };

/** Years and numbers go together (a wave 999 before 1000); any other mix has no order. */
function reportMixedKinds(waves: readonly RankedWave[], column: string, errors: ProblemList): void {
  const kinds = new Set(waves.map((wave) => (wave.kind === 'year' ? 'number' : wave.kind)));
  if (kinds.size <= 1) return;
  const counts = [...kinds].map((kind) => {
    const of = waves.filter((wave) => wave.kind === kind || (kind === 'number' && wave.kind === 'year'));
    return { kind, of, rows: of.reduce((sum, wave) => sum + wave.n, 0) };
  });
  counts.sort((a, b) => b.rows - a.rows);
  for (const { kind, of, rows } of counts.slice(1)) {
    errors.add(
      rows,
      of.slice(0, 20).map((wave) => ({
        rule: 'mixed-waves',
        record: wave.record,
        column,
        value: wave.wave,
        remedy: `This is a ${kind}, most waves are a ${counts[0]!.kind}; write all waves as one kind.`,
      })),
    );
  }
}

function missingMoments(waves: readonly RankedWave[], formats: FileFormats): string[] {
  const kind = waves[0]?.kind;
  if (kind !== 'month' && kind !== 'quarter' && kind !== 'year') return [];
  const present = new Set(waves.map((wave) => wave.order));
  const missing: string[] = [];
  for (let order = waves[0]!.order + 1; order < waves.at(-1)!.order && missing.length < 1000; order++) {
    if (!present.has(order)) missing.push(formats.waveLabel(kind, order));
  }
  return missing;
}

/** Rows without unit or wave, and second rows of a unit and wave. */
export async function checkKeys(
  session: Session,
  key: number,
  plan: ReadingPlan,
  keys: PlannedKeys,
  duplicates: number,
  errors: ProblemList,
): Promise<void> {
  const table = rowsTable(key);
  const unitColumn = keys.unit.map((j) => plan.columns[j]!.name).join('/') || null;
  const waveColumn = keys.wave === null ? null : plan.columns[keys.wave]!.name;
  const missing = async (rule: string, field: string, column: string | null, remedy: string) => {
    const rows = await session.rows<{ record: number; total: number }>(
      `SELECT rowid AS record, count(*) OVER () AS total FROM ${table} WHERE ${field} IS NULL ORDER BY rowid LIMIT 100`,
    );
    errors.add(
      rows[0]?.total ?? 0,
      rows.map(({ record }) => ({ rule, record, column, value: null, remedy })),
    );
  };
  await missing('missing-unit', 'unit', unitColumn, 'Every row names its unit; fill it in.');
  if (waveColumn !== null) await missing('missing-wave', 'wave', waveColumn, 'Every row names its wave; fill it in.');
  if (duplicates > 0) {
    const rows = await session.rows<{ record: number; value: string }>(
      `SELECT record, value FROM (SELECT r.rowid AS record, concat_ws(', ', r.unit, r.wave) AS value, row_number()
         OVER (PARTITION BY r.unit, ${keys.wave === null ? '0' : 'w.wave_index'} ORDER BY r.rowid) AS place
       FROM ${table} r ${keys.wave === null ? '' : `JOIN ${stagedWave} w ON w.written = r.wave`} WHERE r.unit IS NOT NULL)
       WHERE place > 1 ORDER BY record LIMIT 100`,
    );
    errors.add(
      duplicates,
      rows.map(({ record, value }) => ({
        rule: 'duplicate-key',
        record,
        column: [unitColumn, waveColumn].filter((name) => name !== null).join(', '),
        value,
        remedy: `Keep one row for each unit${waveColumn === null ? '' : ' and wave'}; the first stands earlier in the file.`,
      })),
    );
  }
}

/**
 * What units are like: rows, distinct waves, first and last wave, in the temporary table `unit_summary`. Few waves fit
 * in one word of bits per unit, which spares a group per row.
 */
export async function summariseUnits(
  session: Session,
  key: number,
  hasWave: boolean,
): Promise<{ readonly units: number; readonly duplicates: number }> {
  const table = rowsTable(key);
  const [last] = await session.rows<{ index: number | null }>(`SELECT max(wave_index) AS index FROM ${stagedWave}`);
  const waves =
    (last?.index ?? 0) < 64 ? 'bit_count(bit_or(1::UBIGINT << w.wave_index))' : 'count(DISTINCT w.wave_index)';
  const from = hasWave ? `${table} r JOIN ${stagedWave} w ON w.written = r.wave` : `${table} r`;
  await session.run(
    `CREATE OR REPLACE TEMPORARY TABLE ${unitSummary} AS SELECT r.unit AS unit, count(*) AS n,
       ${hasWave ? `${waves} AS waves, min(w.wave_index) AS first_wave, max(w.wave_index) AS last_wave` : '1 AS waves, 0 AS first_wave, 0 AS last_wave'}
     FROM ${from} WHERE r.unit IS NOT NULL GROUP BY r.unit`,
  );
  const [found] = await session.rows<{ units: number; duplicates: number | null }>(
    `SELECT count(*) AS units, sum(n - waves)::BIGINT AS duplicates FROM ${unitSummary}`,
  );
  return { units: found!.units, duplicates: found!.duplicates ?? 0 };
}

export const unitSummary = 'unit_summary';
