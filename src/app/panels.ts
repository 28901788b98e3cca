import type { WithheldReason } from '../core/disclosure/withhold-small-groups.ts';
import type { ValueStatus } from '../core/panel/columns.ts';

/** One panel as the list shows it. `units` are households or neighbourhoods, see `unitKind`. */
export interface PanelSummary {
  readonly panel: string;
  readonly revision: number;
  readonly title: string;
  readonly unitKind: UnitKind;
  /** null where withheld: a panel of fewer than the minimum group of people */
  readonly rows: number | null;
  readonly units: number | null;
  readonly waves: number;
  readonly variables: number;
  /** sha256 of the file; null where withheld: who guesses a small file could check the guess */
  readonly digest: string | null;
}

export interface PanelList {
  readonly panels: readonly PanelSummary[];
}

export type UnitKind = 'household' | 'neighbourhood' | 'collective' | 'other';
export type VariableRole = 'kpi' | 'attribute' | 'context' | 'treatment' | 'building-block' | 'collective' | 'text';
export type VariableType = 'number' | 'integer' | 'boolean' | 'code' | 'text' | 'date';
export type MeasurementLevel = 'nominal' | 'ordinal' | 'interval' | 'ratio';
export type Direction = 'more-is-better' | 'less-is-better' | 'neutral';

export interface Variable {
  readonly name: string;
  readonly title: string | null;
  readonly role: VariableRole;
  readonly type: VariableType;
  readonly unit: string | null;
  readonly direction: Direction;
  readonly level: MeasurementLevel;
  /** code → meaning, for coded qualitative variables */
  readonly codebook: Readonly<Record<string, string>> | null;
}

export interface VariableDescription extends Variable {
  /** how many values have each status */
  readonly counts: Readonly<Record<ValueStatus, number | null>>;
  /** units with an observed value in any wave */
  readonly unitsObserved: number | null;
  /**
   * units that ever hold another value than each reference (`referenceValues`): of a variable of 0 and 1 those that ever hold 1
   * and those that ever hold 0; none for texts; null where withheld
   */
  readonly unitsApart: readonly number[] | null;
  readonly distinct: number | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly mean: number | null;
  readonly standardDeviation: number | null;
  readonly sum: number | null;
}

/** As the operator sees it who ingests: nothing is withheld. */
export interface IngestedVariable extends VariableDescription {
  readonly counts: Readonly<Record<ValueStatus, number>>;
  readonly unitsApart: readonly number[];
}

export interface PanelDescription extends PanelSummary {
  readonly unitColumn: string;
  readonly waveColumn: string | null;
  readonly collectiveColumn: string | null;
  readonly waveLabels: readonly string[];
  readonly description: readonly VariableDescription[];
  readonly revisions: readonly {
    readonly revision: number;
    readonly digest: string | null;
    readonly ingestedAt: string;
  }[];
}

/** How to read a file; every field that is null is inferred and the inference is shown in the report. */
export interface IngestRequest {
  readonly panel: string;
  /** name of the file, for messages only */
  readonly file: string | null;
  readonly title: string | null;
  readonly format: 'csv' | 'parquet' | 'jsonl' | null;
  readonly layout: 'wide' | 'long' | null;
  readonly unit: string | null;
  readonly wave: string | null;
  readonly variable: string | null;
  readonly value: string | null;
  readonly collective: string | null;
  readonly unitKind: UnitKind | null;
  readonly delimiter: ',' | ';' | '\t' | null;
  readonly decimal: '.' | ',' | null;
  readonly encoding: 'utf-8' | 'windows-1252' | null;
  /** a Frictionless Table Schema, or a data resource with one, as parsed JSON; wins over inference */
  readonly schema: unknown;
  /** validate and report only */
  readonly dryRun: boolean;
}

export interface IngestProblem {
  readonly rule: string;
  readonly file: string | null;
  /** from 1; for Parquet the number of the row */
  readonly line: number | null;
  readonly column: string | null;
  readonly value: string | null;
  readonly remedy: string;
}

/** What an ingest found. With errors, nothing was changed. */
export interface IngestReport {
  readonly panel: string;
  readonly file: string | null;
  readonly outcome: 'created' | 'revised' | 'unchanged' | 'checked' | 'refused';
  readonly revision: number | null;
  readonly digest: string;
  readonly format: 'csv' | 'parquet' | 'jsonl';
  readonly layout: 'wide' | 'long';
  readonly delimiter: string | null;
  readonly decimal: string | null;
  readonly encoding: string | null;
  readonly unit: string;
  /** decides whether the panel is protected; null where a refused file does not show it */
  readonly unitKind: UnitKind | null;
  readonly wave: string | null;
  readonly collective: string | null;
  readonly rows: number;
  readonly units: number;
  readonly waves: number;
  readonly variables: readonly IngestedVariable[];
  /** up to 100 listed, all counted */
  readonly errors: { readonly count: number; readonly first: readonly IngestProblem[] };
  readonly cautions: { readonly count: number; readonly first: readonly IngestProblem[] };
}

/** The sum of one variable over the units of one wave; null where withheld. */
export interface VariableTotal {
  readonly variable: string;
  /** units with an observed value */
  readonly observed: number | null;
  readonly sum: number | null;
  /** units with another value than each reference, see `referenceValues`; empty where it is not shown */
  readonly apart: readonly number[];
  readonly withheld: WithheldReason;
}

export interface WaveTotals {
  /** empty where the panel has no waves */
  readonly wave: string;
  readonly totals: readonly VariableTotal[];
}

/** Sums by wave, so that the totals of a published table can be checked against it. */
export interface PanelTotals {
  readonly panel: string;
  readonly revision: number;
  /** null where every sum is withheld */
  readonly digest: string | null;
  readonly unitKind: UnitKind;
  readonly waves: readonly WaveTotals[];
}
