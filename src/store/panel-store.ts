import { randomUUID } from 'node:crypto';
import { AppError } from '../app/errors.ts';
import type { PanelDescription, PanelSummary } from '../app/panels.ts';
import type { PanelStore } from '../app/ports.ts';
import { CoreError } from '../core/errors.ts';
import type { Session } from './database.ts';
import { type IngestContext, ingestFile } from './ingest.ts';
import type { Mutex } from './mutex.ts';
import { readColumns, type StoredVariable } from './read-columns.ts';
import { spool } from './spool.ts';
import { storedVariables } from './stored-variables.ts';
import { waveTotals } from './wave-totals.ts';

export interface PanelStoreOptions extends IngestContext {
  readonly spoolFolder: string;
  readonly uploadLimit: number;
  /** the turns in which revisions come and go */
  readonly revisionTurns: Mutex;
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
  const { database, revisionTurns } = options;
  /** All statements see one state: an erasure between two of them would make counts and rows disagree. */
  const snapshot = <T>(read: (session: Session) => Promise<T>): Promise<T> =>
    database.session((session) => session.transaction(() => read(session)));
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
      database.session(async (session) => {
        const rows = await session.rows<RevisionRow & { variables: number }>(
          `SELECT ${revisionFields}, (SELECT count(*) FROM panel_variable v WHERE v.revision_key = r.revision_key) AS variables
           FROM panel_revision r QUALIFY row_number() OVER (PARTITION BY panel ORDER BY revision DESC) = 1 ORDER BY panel`,
        );
        return rows.map((row) => summary(row, row.variables));
      }),

    describe: (panel, revision) =>
      snapshot(async (session): Promise<PanelDescription> => {
        const found = await findRevision(session, panel, revision);
        const variables = await storedVariables(session, found.key);
        const waves = await wavesOf(session, found);
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

    columns: (panel, revision, variables) =>
      snapshot(async (session) => {
        const found = await findRevision(session, panel, revision);
        const chosen = await chosenVariables(session, found, variables);
        const waves = await wavesOf(session, found);
        const read = await readColumns(
          session,
          found.key,
          found.rows,
          found.units,
          waves.length,
          found.waveColumn !== null,
          chosen,
        );
        return {
          panel,
          revision: found.revision,
          digest: found.digest,
          rows: found.rows,
          unitIds: await unitsOf(session, found.key),
          waves,
          ...read,
        };
      }),

    totals: (panel, revision, variables) =>
      snapshot(async (session) => {
        const found = await findRevision(session, panel, revision);
        const chosen = await chosenVariables(session, found, variables);
        const waves = await waveTotals(session, found.key, found.waveColumn !== null, chosen);
        return { panel, revision: found.revision, digest: found.digest, unitKind: found.unitKind, waves };
      }),
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

async function unitsOf(session: Session, key: number): Promise<readonly string[]> {
  const rows = await session.rows<{ id: string }>(
    'SELECT unit_id AS id FROM panel_unit WHERE revision_key = ? ORDER BY unit_index',
    [key],
  );
  return rows.map((row) => row.id);
}

/** Labels in order; a cross-section has one wave without a name. */
async function wavesOf(session: Session, revision: RevisionRow): Promise<readonly string[]> {
  if (revision.waveColumn === null) return [''];
  const rows = await session.rows<{ label: string }>(
    'SELECT DISTINCT label, wave_index FROM panel_wave WHERE revision_key = ? ORDER BY wave_index',
    [revision.key],
  );
  return rows.map((row) => row.label);
}
