import { randomUUID } from 'node:crypto';
import { AppError } from '../app/errors.ts';
import type { PanelDescription, PanelSummary } from '../app/panels.ts';
import type { PanelStore } from '../app/ports.ts';
import type { Purpose, PurposeRules } from '../app/purposes.ts';
import { CoreError } from '../core/errors.ts';
import { type ConsentedRevision, consentedRevision, newestConsent } from './consented-revision.ts';
import type { Session } from './database.ts';
import { describeRows } from './describe-rows.ts';
import { type IngestContext, ingestFile } from './ingest.ts';
import type { Mutex } from './mutex.ts';
import { readColumns, type StoredVariable } from './read-columns.ts';
import { spool } from './spool.ts';
import { type DescribedVariable, storedVariables } from './stored-variables.ts';
import { waveTotals } from './wave-totals.ts';

export interface PanelStoreOptions extends IngestContext {
  readonly spoolFolder: string;
  readonly uploadLimit: number;
  /** the turns in which revisions come and go */
  readonly revisionTurns: Mutex;
  readonly purposes: PurposeRules;
}

const panelName = /^[a-z0-9][a-z0-9-]{0,62}$/;

interface RevisionRow {
  readonly key: number;
  readonly panel: string;
  readonly revision: number;
  readonly digest: string;
  readonly title: string;
  readonly unitKind: PanelSummary['unitKind'];
  readonly rows: number;
  readonly units: number;
  readonly waves: number;
  readonly unitColumn: string;
  readonly waveColumn: string | null;
  readonly collectiveColumn: string | null;
  readonly ingestedAt: string;
}

const revisionFields = `revision_key AS key, panel, revision, digest, title, unit_kind AS "unitKind", row_count AS rows,
  unit_count AS units, wave_count AS waves, unit_column AS "unitColumn", wave_column AS "waveColumn",
  collective_column AS "collectiveColumn", ingested_at AS "ingestedAt"`;

/** Panels in DuckDB: revisions, each with its rows, units, waves and variables. Ingests run one after the other. */
export function createPanelStore(options: PanelStoreOptions): PanelStore {
  const { database, revisionTurns, purposes } = options;
  /** All statements see one state: an erasure between two of them would make counts and rows disagree. */
  const snapshot = <T>(read: (session: Session) => Promise<T>): Promise<T> =>
    database.session((session) => session.transaction(() => read(session)));
  const open = async (session: Session, panel: string, revision: number | null, purpose: Purpose) => {
    const found = await findRevision(session, panel, revision);
    return narrowed(session, found, await consentedRevision(session, purposes, found, purpose));
  };
  const described = createDescriptions();
  return {
    async ingest(request, source, control) {
      if (!panelName.test(request.panel)) {
        throw new AppError(
          'invalid-request',
          `"${request.panel}" cannot name a panel; use 1 to 63 lower-case letters, digits and hyphens, beginning with a letter or digit.`,
          { panel: request.panel },
        );
      }
      const file = await spool(options.spoolFolder, randomUUID(), source, options.uploadLimit, control.signal);
      try {
        return await revisionTurns.run(() => ingestFile(options, request, file, control));
      } finally {
        await file.remove();
      }
    },

    list: () =>
      snapshot(async (session) => {
        const rows = await session.rows<RevisionRow & { variables: number }>(
          `SELECT ${revisionFields}, (SELECT count(*) FROM panel_variable v WHERE v.revision_key = r.revision_key) AS variables
           FROM panel_revision r QUALIFY row_number() OVER (PARTITION BY panel ORDER BY revision DESC) = 1 ORDER BY panel`,
        );
        const summaries: PanelSummary[] = [];
        for (const row of rows) {
          const consented = await consentedRevision(session, purposes, row, 'collective');
          summaries.push(summary((await narrowed(session, row, consented)).found, row.variables));
        }
        return summaries;
      }),

    describe: (panel, revision) =>
      snapshot(async (session): Promise<PanelDescription> => {
        const { found, consented } = await open(session, panel, revision, 'collective');
        const variables = await described(session, found, consented);
        const waves = await wavesOf(session, found, consented);
        const revisions = await session.rows<{ revision: number; digest: string; ingestedAt: string }>(
          `SELECT revision, digest, ingested_at AS "ingestedAt" FROM panel_revision WHERE panel = ? ORDER BY revision`,
          [panel],
        );
        return {
          ...summary(found, variables.length),
          unitColumn: found.unitColumn,
          waveColumn: found.waveColumn,
          collectiveColumn: found.collectiveColumn,
          waveLabels: waves,
          description: variables.map(({ description }) => description),
          revisions,
        };
      }),

    columns: (panel, revision, variables, purpose, upTo) =>
      snapshot(async (session) => {
        const { found, consented } = await open(session, panel, revision, purpose);
        const chosen = await chosenVariables(session, found, variables);
        const waves = await wavesOf(session, found, consented);
        const hasWave = found.waveColumn !== null;
        const last = upTo === undefined ? null : placeOf(waves, upTo);
        const rows = last === null ? found.rows : await rowsUpTo(session, consented, last);
        const read = await readColumns(session, consented, rows, found.units, waves.length, hasWave, chosen, last);
        return {
          panel,
          revision: found.revision,
          digest: found.digest,
          rows,
          unitIds: await unitsOf(session, consented),
          waves,
          ...read,
          leftOut: consented.leftOut.size,
          consents: await newestConsent(session, found),
        };
      }),

    totals: (panel, revision, variables) =>
      snapshot(async (session) => {
        const { found, consented } = await open(session, panel, revision, 'collective');
        const chosen = await chosenVariables(session, found, variables);
        const waves = await waveTotals(session, consented, found.waveColumn !== null, chosen);
        return { panel, revision: found.revision, digest: found.digest, unitKind: found.unitKind, waves };
      }),
  };
}

function placeOf(waves: readonly string[], wave: string): number {
  const place = waves.indexOf(wave);
  if (place >= 0) return place;
  throw new CoreError(
    'invalid-argument',
    `"${wave}" is no wave of the panel; waves run from ${waves[0]} to ${waves.at(-1)}. Choose one of them.`,
    { received: wave },
  );
}

async function rowsUpTo(session: Session, { rows, waves }: ConsentedRevision, last: number): Promise<number> {
  const [counted] = await session.rows<{ n: number }>(
    `SELECT count(*) AS n FROM ${rows} r JOIN ${waves} w ON w.written = r.wave WHERE w.wave_index <= ${last}`,
  );
  return counted!.n;
}

interface Narrowed {
  readonly found: RevisionRow;
  readonly consented: ConsentedRevision;
}

/** A revision with the counts of what of it may be read. */
async function narrowed(session: Session, found: RevisionRow, consented: ConsentedRevision): Promise<Narrowed> {
  if (consented.leftOut.size === 0) return { found, consented };
  const [rows] = await session.rows<{ n: number }>(`SELECT count(*) AS n FROM ${consented.rows}`);
  const waves = await wavesOf(session, found, consented);
  const units = found.units - consented.leftOut.size;
  return { found: { ...found, rows: rows!.n, units, waves: waves.length }, consented };
}

/**
 * Describes the variables of a revision: as they were described at the ingest, or without the households left out. The latter is
 * kept for each revision until others are left out, for it costs as much as at the ingest.
 */
function createDescriptions() {
  const kept = new Map<number, { readonly of: string; readonly variables: readonly DescribedVariable[] }>();
  return async (session: Session, found: RevisionRow, { rows, leftOut }: ConsentedRevision) => {
    const stored = await storedVariables(session, found.key);
    if (leftOut.size === 0) {
      kept.delete(found.key);
      return stored;
    }
    const of = JSON.stringify([found.digest, ...leftOut]);
    const present = kept.get(found.key);
    if (present?.of === of) return present.variables;
    const variables = await describeRows(session, rows, found.rows, stored);
    kept.set(found.key, { of, variables });
    return variables;
  };
}

function summary(row: RevisionRow, variables: number): PanelSummary {
  const { panel, revision, title, unitKind, rows, units, waves, digest } = row;
  return { panel, revision, title, unitKind, rows, units, waves, variables, digest };
}

async function findRevision(session: Session, panel: string, revision: number | null): Promise<RevisionRow> {
  const rows = await session.rows<RevisionRow>(
    `SELECT ${revisionFields} FROM panel_revision WHERE panel = ? ORDER BY revision DESC`,
    [panel],
  );
  if (rows.length === 0) {
    throw new AppError('panel-not-found', `There is no panel "${panel}". List the panels to see their names.`, {
      panel,
    });
  }
  const found = revision === null ? rows[0] : rows.find((row) => row.revision === revision);
  if (found) return found;
  throw new AppError(
    'revision-not-found',
    `Panel "${panel}" has no revision ${revision}; it has ${rows
      .map((row) => row.revision)
      .reverse()
      .join(', ')}.`,
    { panel, revision },
  );
}

/** @throws unknown-variable */
async function chosenVariables(
  session: Session,
  revision: RevisionRow,
  names: readonly string[],
): Promise<StoredVariable[]> {
  const stored = await storedVariables(session, revision.key);
  return names.map((name) => {
    const found = stored.find((candidate) => candidate.name === name);
    if (found) return found;
    throw new CoreError(
      'unknown-variable',
      `Panel "${revision.panel}" has no variable "${name}"; it has ${stored.map((s) => `"${s.name}"`).join(', ')}.`,
      { panel: revision.panel, variable: name },
    );
  });
}

async function unitsOf(session: Session, { units }: ConsentedRevision): Promise<readonly string[]> {
  const rows = await session.rows<{ id: string }>(`SELECT unit_id AS id FROM ${units} ORDER BY unit_index`);
  return rows.map((row) => row.id);
}

/** Labels in order; a cross-section has one wave without a name. */
async function wavesOf(
  session: Session,
  revision: RevisionRow,
  { waves }: ConsentedRevision,
): Promise<readonly string[]> {
  if (revision.waveColumn === null) return [''];
  const rows = await session.rows<{ label: string }>(
    `SELECT DISTINCT label, wave_index FROM ${waves} ORDER BY wave_index`,
  );
  return rows.map((row) => row.label);
}
