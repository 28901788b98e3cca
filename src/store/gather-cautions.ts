import type { IngestedVariable } from '../app/panels.ts';
import { type StagedWaves, stagedWave, unitSummary } from './check-keys.ts';
import type { Session } from './database.ts';
import type { VariableFacts } from './describe-variables.ts';
import { type ProblemList, wholeFile } from './problem-list.ts';
import { valuesWithCounts } from './reference-values.ts';
import { rowsTable } from './stage.ts';

/** Of each kind of caution for each column at most this many are listed. */
const listedOfAKind = 10;

export interface Cautioned {
  readonly facts: VariableFacts;
  readonly variable: IngestedVariable;
}

/** What is no error but worth a look: symbols, gaps, changing attributes, outliers, numbers too long to be exact. */
export async function gatherCautions(
  session: Session,
  key: number,
  variables: readonly Cautioned[],
  waves: StagedWaves | null,
  cautions: ProblemList,
): Promise<void> {
  for (const cautioned of variables) {
    await reportSymbols(session, key, cautioned, cautions);
    if (cautioned.variable.counts.observed === 0) {
      cautions.add(1, [wholeFile('no-values', 'The column has no value at all.', cautioned.variable.name)]);
    }
    reportPrecision(cautioned, cautions);
    if (waves !== null) await reportChanges(session, key, cautioned, cautions);
    if (cautioned.facts.column.isNumber) await reportOutliers(session, key, cautioned, cautions);
  }
  if (waves !== null) await reportGaps(session, waves, cautions);
}

async function reportSymbols(
  session: Session,
  key: number,
  { facts }: Cautioned,
  cautions: ProblemList,
): Promise<void> {
  const { planned, place } = facts.column;
  const symbols = await session.rows<{ symbol: string; status: number; n: number; record: number }>(
    `SELECT written[${place}] AS symbol, status[${place}] AS status, count(*) AS n, min(rowid) AS record FROM ${rowsTable(key)}
     WHERE status[${place}] BETWEEN 1 AND 3 AND written[${place}] <> '' GROUP BY ALL ORDER BY n DESC LIMIT 20`,
  );
  const names = ['observed', 'absent', 'suppressed', 'not applicable'];
  for (const { symbol, status, n, record } of symbols) {
    cautions.add(1, [
      {
        rule: 'status-symbol',
        record,
        column: planned.name,
        value: symbol,
        remedy: `Read ${n} ${n === 1 ? 'time' : 'times'} as ${names[status]}; if it means something else, say so in "missingValues" of a schema.`,
      },
    ]);
  }
}

function reportPrecision({ facts, variable }: Cautioned, cautions: ProblemList): void {
  const largest = Math.max(Math.abs(facts.minimum ?? 0), Math.abs(facts.maximum ?? 0));
  if (variable.type !== 'integer' || largest <= Number.MAX_SAFE_INTEGER) return;
  cautions.add(1, [
    wholeFile(
      'precision-lost',
      'Whole numbers above 9007199254740991 are kept to 16 digits; a code of that length belongs in a string column.',
      variable.name,
      String(largest),
    ),
  ]);
}

/** Units in which an attribute takes more than one value. */
async function reportChanges(
  session: Session,
  key: number,
  { facts, variable }: Cautioned,
  cautions: ProblemList,
): Promise<void> {
  if (facts.unitsChanging === 0 || !['attribute', 'collective'].includes(variable.role)) return;
  const c = facts.column.storedAs;
  const units = await session.rows<{ unit: string; low: string; high: string; record: number }>(
    `SELECT unit, min(${c})::VARCHAR AS low, max(${c})::VARCHAR AS high, min(rowid) AS record FROM ${rowsTable(key)}
     GROUP BY unit HAVING min(${c}) <> max(${c}) ORDER BY record LIMIT ${listedOfAKind}`,
  );
  cautions.add(
    facts.unitsChanging,
    units.map(({ unit, low, high, record }) => ({
      rule: 'attribute-changes',
      record,
      column: variable.name,
      value: unit,
      remedy: `This unit has more than one value, such as "${low}" and "${high}"; check that it moved or changed indeed.`,
    })),
  );
}

/**
 * Outliers: observed values beyond the outer fences of Tukey (1977), below Q1 - 3 IQR or above Q3 + 3 IQR, quartiles of
 * type 7 over all rows. Where half of the values are equal (IQR 0) the rule says nothing.
 */
async function reportOutliers(
  session: Session,
  key: number,
  { facts, variable }: Cautioned,
  cautions: ProblemList,
): Promise<void> {
  if (facts.distinct < 10) return;
  const c = facts.column.storedAs;
  const table = rowsTable(key);
  const [q1, q3] = await quartilesOf(session, table, facts);
  const range = q3 - q1;
  if (!(range > 0)) return;
  const low = q1 - 3 * range;
  const high = q3 + 3 * range;
  if (variable.minimum! >= low && variable.maximum! <= high) return;
  const rows = await session.rows<{ record: number; value: number; total: number }>(
    `SELECT rowid AS record, ${c} AS value, count(*) OVER () AS total FROM ${table} WHERE ${c} < ? OR ${c} > ?
     ORDER BY greatest(? - ${c}, ${c} - ?) DESC, rowid LIMIT ${listedOfAKind}`,
    [low, high, low, high],
  );
  cautions.add(
    rows[0]?.total ?? 0,
    rows.map(({ record, value }) => ({
      rule: 'outlier',
      record,
      column: variable.name,
      value: String(value),
      remedy: `Far from the other values (outside ${short(low)} to ${short(high)}: three interquartile ranges beyond the quartiles); check it.`,
    })),
  );
}

/** Up to this many different values are sorted with their counts instead of all rows. */
const fewValues = 100_000;

/** First and third quartile of type 7 (Hyndman and Fan 1996, doi:10.1080/00031305.1996.10473566) of a numeric column. */
async function quartilesOf(
  session: Session,
  table: string,
  { column: { storedAs: c }, counts, distinct }: VariableFacts,
): Promise<readonly [number, number]> {
  if (distinct > fewValues) {
    const [found] = await session.rows<{ q1: number; q3: number }>(
      `SELECT q[1] AS q1, q[2] AS q3 FROM (SELECT quantile_cont(${c}, [0.25, 0.75]) AS q FROM ${table})`,
    );
    return [found!.q1, found!.q3];
  }
  const ranks = [0.25, 0.75].map((share) => (counts.observed - 1) * share);
  const valueAt = (rank: number, name: string) => `min(v) FILTER (upTo > ${rank}) AS ${name}`;
  const [found] = await session.rows<Record<string, number>>(
    `SELECT ${ranks.flatMap((rank, i) => [valueAt(Math.floor(rank), `l${i}`), valueAt(Math.ceil(rank), `h${i}`)]).join(', ')}
     FROM (SELECT v, sum(n) OVER (ORDER BY v) AS upTo FROM ${valuesWithCounts(table, c)})`,
  );
  const [q1, q3] = ranks.map((rank, i) => {
    const low = found![`l${i}`]!;
    return low + (rank - Math.floor(rank)) * (found![`h${i}`]! - low);
  });
  return [q1!, q3!];
}

const short = (x: number): string => String(Number(x.toPrecision(6)));

/** Waves that a unit lacks between its first and its last, and moments that nobody has. */
async function reportGaps(session: Session, waves: StagedWaves, cautions: ProblemList): Promise<void> {
  const [total] = await session.rows<{ n: number }>(
    `SELECT count(*) FILTER (last_wave - first_wave + 1 > waves) AS n FROM ${unitSummary}`,
  );
  if (total!.n > 0) {
    const units = await session.rows<{ unit: string; missing: number; first: string; last: string }>(
      `SELECT u.unit, (u.last_wave - u.first_wave + 1 - u.waves)::INTEGER AS missing, f.label AS first, l.label AS last
       FROM ${unitSummary} u
       JOIN (SELECT DISTINCT wave_index, label FROM ${stagedWave}) f ON f.wave_index = u.first_wave
       JOIN (SELECT DISTINCT wave_index, label FROM ${stagedWave}) l ON l.wave_index = u.last_wave
       WHERE u.last_wave - u.first_wave + 1 > u.waves ORDER BY missing DESC, u.unit LIMIT ${listedOfAKind}`,
    );
    cautions.add(
      total!.n,
      units.map(({ unit, missing, first, last }) =>
        wholeFile(
          'gap',
          `No row in ${missing} of the waves between ${first} and ${last}; add them, or take it as dropped out.`,
          null,
          unit,
        ),
      ),
    );
  }
  if (waves.missingMoments.length > 0) {
    const { missingMoments: missing } = waves;
    cautions.add(missing.length, [
      wholeFile(
        'missing-wave',
        `Nobody has a row in ${missing.slice(0, 12).join(', ')}${missing.length > 12 ? ', …' : ''}.`,
        null,
        missing[0]!,
      ),
    ]);
  }
}
