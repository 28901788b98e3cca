import type { Warning } from '../core/errors.ts';

/** Where a result came from, so that an erasure finds everything derived. `units: null` means every unit of that revision. */
export interface DataSource {
  readonly panel: string;
  readonly revision: number;
  readonly digest: string;
  readonly units: readonly string[] | null;
  /** sequence number of the newest consent event that was heeded, 0 before the first; null where the data are not of households */
  readonly consents: number | null;
}

export interface AttritionStep {
  /** code of the step; its text is `attrition.<step>` in messages */
  readonly step: string;
  /** null where withheld: the step left out fewer people than may be shown */
  readonly units: number | null;
}

/**
 * `workspace` results hold rows about units (pairs, weights): only the operator of the hub reads them.
 * `release` results are aggregates; each passes the gate in release.ts on its way out.
 */
export type ResultClass = 'workspace' | 'release';

/** What an analysis hands back, before it is stored. No bare number leaves the service: settings, seed and data travel along. */
export interface Draft<Settings, Body> {
  readonly class: ResultClass;
  readonly settings: Settings;
  readonly seed: number;
  readonly sources: readonly DataSource[];
  readonly attrition: readonly AttritionStep[];
  readonly warnings: readonly Warning[];
  readonly body: Body;
}

export interface Engine {
  readonly name: 'samenwijs';
  readonly version: string;
  /** which numerical kernels ran: `typescript`, `simd`, `relaxed-simd` */
  readonly kernels: string;
}

export interface Result<Kind extends string, Settings, Body> extends Draft<Settings, Body> {
  readonly id: string;
  readonly kind: Kind;
  readonly engine: Engine;
}
