import type { DesignRow } from './calibrate.ts';
import { type Mode, modes } from './scenario.ts';

/** How the designs of a mode were judged, by the majority of their studies. */
export interface ModeRow {
  readonly mode: Mode;
  readonly isTraced: boolean;
  readonly designs: number;
  readonly trust: number;
  readonly caution: number;
  readonly doNotUse: number;
  /** mean share of single studies that are trusted */
  readonly trustedStudies: number;
  /** mean |bias| in standard errors, and mean coverage */
  readonly bias: number;
  readonly coverage: number;
}

export interface GoalRow {
  readonly metric: string;
  readonly value: number;
  /** Monte Carlo error of a share over designs */
  readonly mcse: number;
  readonly designs: number;
  readonly goal: string;
  /** null where it is shown beside the goals */
  readonly ok: boolean | null;
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, v) => sum + v, 0) / values.length;

export function modeRows(rows: readonly DesignRow[]): readonly ModeRow[] {
  return modes.flatMap((mode) =>
    [true, false].flatMap((isTraced): readonly ModeRow[] => {
      const of = rows.filter((row) => row.mode === mode && row.isTraced === isTraced);
      if (of.length === 0) return [];
      const count = (verdict: DesignRow['verdict']) => of.filter((row) => row.verdict === verdict).length;
      return [
        {
          ...{ mode, isTraced, designs: of.length },
          ...{ trust: count('trust'), caution: count('caution'), doNotUse: count('do-not-use') },
          trustedStudies: mean(of.map(({ shares }) => shares.trust)),
          bias: mean(of.map(({ bias }) => Math.abs(bias))),
          coverage: mean(of.map(({ coverage }) => coverage)),
        },
      ];
    }),
  );
}

/** A sound study is powered where it finds half a standard deviation. */
const powered = 0.5;

/**
 * The goals. Those of trusted designs stand twice: over designs that are sound or leave a trace, and over all of the ten
 * modes and sound ones, with the failures that nothing in the data shows. Beside them: the same with weak hidden causes.
 */
export function goalRows(rows: readonly DesignRow[]): readonly GoalRow[] {
  const isSound = ({ mode }: DesignRow) => mode === 'sound';
  const isWeak = ({ mode }: DesignRow) => mode === 'weak-hidden-confounder';
  const isTraced = ({ isTraced: traced }: DesignRow) => traced;
  const judged = rows.filter((row) => isSound(row) || isTraced(row));
  const share = (metric: string, among: readonly DesignRow[], holds: (row: DesignRow) => boolean): GoalRow => {
    const value = mean(among.map((row) => (holds(row) ? 1 : 0)));
    const mcse = Math.sqrt((value * (1 - value)) / Math.max(1, among.length));
    return { metric, value, mcse, designs: among.length, goal: '', ok: null };
  };
  const atMost = (row: GoalRow, most: number): GoalRow => ({ ...row, goal: `at most ${most}`, ok: row.value <= most });
  const atLeast = (row: GoalRow, least: number): GoalRow => ({
    ...row,
    goal: `at least ${least}`,
    ok: row.value >= least,
  });
  const trusted = (among: readonly DesignRow[]) => among.filter(({ verdict }) => verdict === 'trust');
  const isBiased = ({ bias }: DesignRow) => Math.abs(bias) > 1;
  const isTrusted = ({ verdict }: DesignRow) => verdict === 'trust';
  const coverage = (metric: string, among: readonly DesignRow[]): GoalRow => {
    const values = among.map((row) => row.coverage);
    const value = mean(values);
    const spread = mean(values.map((v) => (v - value) ** 2));
    const mcse = Math.sqrt(spread / Math.max(1, values.length - 1));
    return { metric, value, mcse, designs: values.length, goal: '', ok: null };
  };
  const all = rows.filter((row) => !isWeak(row));
  const strong = rows.filter((row) => isSound(row) && row.detectable <= powered);
  return [
    atMost(share('trusted-and-biased-of-sound-or-traced', trusted(judged), isBiased), 0.05),
    atLeast(coverage('coverage-of-trusted-of-sound-or-traced', trusted(judged)), 0.9),
    atMost(share('trusted-and-biased-of-all', trusted(all), isBiased), 0.05),
    atLeast(coverage('coverage-of-trusted-of-all', trusted(all)), 0.9),
    atLeast(
      share('broken-with-trace-not-trusted', rows.filter(isTraced), (row) => !isTrusted(row)),
      0.9,
    ),
    atLeast(share('sound-and-powered-trusted', strong, isTrusted), 0.7),
    ...studyRows(judged, rows, strong),
    share(
      'trusted-and-biased-of-sound-or-traced-with-weak-causes',
      trusted(rows.filter((row) => isSound(row) || isTraced(row) || isWeak(row))),
      isBiased,
    ),
    share('trusted-and-biased-of-all-with-weak-causes', trusted(rows), isBiased),
    share(
      'without-trace-not-trusted',
      rows.filter((row) => !isTraced(row) && !isSound(row) && !isWeak(row)),
      (row) => !isTrusted(row),
    ),
  ];
}

/** The same by single studies: every study of every design counts once. */
function studyRows(
  judged: readonly DesignRow[],
  rows: readonly DesignRow[],
  strong: readonly DesignRow[],
): readonly GoalRow[] {
  const weighted = (metric: string, of: (row: DesignRow) => number): GoalRow => {
    const total = judged.reduce((sum, { shares }) => sum + shares.trust, 0);
    const value = judged.reduce((sum, row) => sum + row.shares.trust * of(row), 0) / total;
    const spread = judged.reduce((sum, row) => sum + (row.shares.trust * (of(row) - value)) ** 2, 0);
    return { metric, value, mcse: Math.sqrt(spread) / total, designs: judged.length, goal: '', ok: null };
  };
  const plain = (metric: string, among: readonly DesignRow[], of: (row: DesignRow) => number): GoalRow => {
    const values = among.map(of);
    const value = mean(values);
    const mcse = Math.sqrt(mean(values.map((v) => (v - value) ** 2)) / Math.max(1, values.length - 1));
    return { metric, value, mcse, designs: among.length, goal: '', ok: null };
  };
  return [
    weighted('studies-trusted-and-design-biased', ({ bias }) => (Math.abs(bias) > 1 ? 1 : 0)),
    weighted('studies-trusted-and-covering', ({ coverageOfTrusted }) => coverageOfTrusted ?? 0),
    plain(
      'studies-broken-with-trace-not-trusted',
      rows.filter(({ isTraced }) => isTraced),
      ({ shares }) => 1 - shares.trust,
    ),
    plain('studies-sound-and-powered-trusted', strong, ({ shares }) => shares.trust),
  ];
}
