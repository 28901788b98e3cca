/** One step of the schema; steps are only ever added, never changed. */
export interface Migration {
  readonly version: number;
  readonly statements: readonly string[];
}

/**
 * The schema of the store. Data about people hang on a unit of a panel revision, so that an erasure finds everything derived:
 * rows, statuses, jobs, results (`result_source`).
 * Values of a revision live in a table of their own, `panel_rows_<revision_key>`, see docs/decisions/0011.
 */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE collective (collective_id VARCHAR PRIMARY KEY, title VARCHAR NOT NULL)`,
      `CREATE TABLE neighbourhood (neighbourhood_id VARCHAR PRIMARY KEY, district VARCHAR, municipality VARCHAR, title VARCHAR)`,
      `CREATE TABLE household (household_id VARCHAR NOT NULL, collective_id VARCHAR NOT NULL, neighbourhood_id VARCHAR,
        PRIMARY KEY (collective_id, household_id))`,
      `CREATE TABLE person (person_id VARCHAR PRIMARY KEY, collective_id VARCHAR NOT NULL, household_id VARCHAR NOT NULL)`,
      `CREATE TABLE consent_event (sequence BIGINT PRIMARY KEY, person_id VARCHAR NOT NULL, household_id VARCHAR NOT NULL,
        collective_id VARCHAR NOT NULL, purpose VARCHAR NOT NULL,
        kind VARCHAR NOT NULL CHECK (kind IN ('given', 'renewed', 'withdrawn')), occurred_at VARCHAR NOT NULL)`,

      `CREATE SEQUENCE revision_key`,
      `CREATE TABLE panel (panel VARCHAR PRIMARY KEY, created_at VARCHAR NOT NULL)`,
      `CREATE TABLE panel_revision (revision_key INTEGER PRIMARY KEY, panel VARCHAR NOT NULL, revision INTEGER NOT NULL,
        digest VARCHAR NOT NULL, asked VARCHAR NOT NULL, reading VARCHAR NOT NULL, ingested_at VARCHAR NOT NULL, title VARCHAR NOT NULL,
        unit_kind VARCHAR NOT NULL, row_count BIGINT NOT NULL, unit_count BIGINT NOT NULL, wave_count BIGINT NOT NULL,
        unit_column VARCHAR NOT NULL, wave_column VARCHAR, collective_column VARCHAR, report VARCHAR NOT NULL)`,
      `CREATE TABLE panel_variable (revision_key INTEGER NOT NULL, position INTEGER NOT NULL, stored_as VARCHAR NOT NULL,
        name VARCHAR NOT NULL, description VARCHAR NOT NULL)`,
      `CREATE TABLE panel_unit (revision_key INTEGER NOT NULL, unit_index UINTEGER NOT NULL, unit_id VARCHAR NOT NULL)`,
      `CREATE TABLE panel_wave (revision_key INTEGER NOT NULL, wave_index UINTEGER NOT NULL, label VARCHAR NOT NULL,
        written VARCHAR)`,

      `CREATE TABLE building_block (building_block_id VARCHAR PRIMARY KEY, title VARCHAR NOT NULL, description VARCHAR)`,
      `CREATE TABLE experiment (experiment_id VARCHAR PRIMARY KEY, collective_id VARCHAR, neighbourhood_id VARCHAR,
        mix VARCHAR[] NOT NULL, started VARCHAR, ended VARCHAR, outcome VARCHAR, effect DOUBLE, sampling_variance DOUBLE,
        evidence_grade VARCHAR)`,

      `CREATE TABLE job (id VARCHAR NOT NULL, sequence BIGINT NOT NULL, state VARCHAR NOT NULL, idempotency_key VARCHAR,
        record VARCHAR NOT NULL)`,
      `CREATE TABLE result (id VARCHAR PRIMARY KEY, kind VARCHAR NOT NULL, class VARCHAR NOT NULL, record VARCHAR NOT NULL)`,
      `CREATE TABLE result_source (result_id VARCHAR NOT NULL, panel VARCHAR NOT NULL, revision INTEGER NOT NULL,
        digest VARCHAR NOT NULL, unit_ids VARCHAR[])`,
      `CREATE TABLE release (id VARCHAR PRIMARY KEY, result_id VARCHAR NOT NULL, actor VARCHAR NOT NULL, occurred_at VARCHAR NOT NULL,
        fields VARCHAR NOT NULL)`,
      `CREATE TABLE event_log (sequence BIGINT PRIMARY KEY, occurred_at VARCHAR NOT NULL, type VARCHAR NOT NULL,
        subject VARCHAR NOT NULL, details VARCHAR NOT NULL, previous_hash VARCHAR NOT NULL, hash VARCHAR NOT NULL)`,
    ],
  },
  {
    version: 2,
    statements: [
      // A withdrawn job or result keeps its id and loses its record; a revision that lost a unit has no report.
      `ALTER TABLE job ALTER record DROP NOT NULL`,
      `ALTER TABLE result ALTER record DROP NOT NULL`,
      `ALTER TABLE panel_revision ALTER report DROP NOT NULL`,
      // Files that hold a withdrawn unit, by their sha256: they are not taken again.
      `CREATE TABLE withdrawn_upload (panel VARCHAR NOT NULL, digest VARCHAR NOT NULL)`,
      // One row from the erasure of rows until their bytes are gone too.
      `CREATE TABLE rewrite_due (since VARCHAR NOT NULL)`,
      `DROP TABLE household`,
      `CREATE VIEW household AS SELECT DISTINCT unit_id AS household_id, panel FROM panel_unit
        JOIN panel_revision USING (revision_key) WHERE unit_kind = 'household'`,
    ],
  },
  {
    version: 3,
    statements: [
      // Nothing wrote these; docs/decisions/0014 says where what they were for is kept.
      ...['collective', 'neighbourhood', 'person', 'consent_event', 'building_block', 'experiment', 'release'].map(
        (table) => `DROP TABLE ${table}`,
      ),
      `CREATE TABLE release (result_id VARCHAR NOT NULL, role VARCHAR NOT NULL, occurred_at VARCHAR NOT NULL,
        PRIMARY KEY (result_id, role))`,
    ],
  },
  {
    version: 4,
    statements: [
      `CREATE SEQUENCE consent_sequence`,
      `CREATE TABLE consent_event (sequence BIGINT PRIMARY KEY, household_id VARCHAR NOT NULL, person VARCHAR NOT NULL,
        purpose VARCHAR NOT NULL, kind VARCHAR NOT NULL CHECK (kind IN ('given', 'renewed', 'withdrawn')),
        occurred_at VARCHAR NOT NULL)`,
      // One adult who withdrew is enough.
      `CREATE VIEW withdrawn_consent AS SELECT DISTINCT household_id, purpose FROM (
        SELECT household_id, purpose, arg_max(kind, sequence) AS latest FROM consent_event
        GROUP BY household_id, person, purpose) WHERE latest = 'withdrawn'`,
    ],
  },
  {
    version: 5,
    statements: [
      // Accepted recommendations and what came of them; a record is NULL once it was withdrawn.
      `CREATE SEQUENCE learning_sequence`,
      `CREATE TABLE planned_experiment (sequence BIGINT NOT NULL, experiment_id VARCHAR NOT NULL, record VARCHAR)`,
      `CREATE TABLE experiment_outcome (sequence BIGINT NOT NULL, experiment_id VARCHAR NOT NULL, kpi VARCHAR NOT NULL,
        result_id VARCHAR, record VARCHAR)`,
      `CREATE TABLE experiment_withdrawal (experiment_id VARCHAR PRIMARY KEY, reason VARCHAR NOT NULL, model VARCHAR,
        occurred_at VARCHAR NOT NULL)`,
    ],
  },
];
