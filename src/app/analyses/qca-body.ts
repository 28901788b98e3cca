import { describableSets } from '../../core/disclosure/describable-sets.ts';
import { type WithheldReason, withholdSmallGroups } from '../../core/disclosure/withhold-small-groups.ts';
import type { Warning } from '../../core/errors.ts';
import type {
  CalibratedSet,
  QcaAnalysis,
  QcaModel,
  QcaNecessity,
  QcaRow,
  QcaSolution,
  QcaTerm,
} from '../../core/qca/analysis-records.ts';
import { makeCondition } from '../../core/qca/conditions.ts';
import { free } from '../../core/qca/cubes.ts';
import { parseExpression, toProducts } from '../../core/qca/expression.ts';
import { minimumGroup } from '../minimum-group.ts';

/** `withheld` says why the numbers about the outcome are null. */
type Shown<T> = T & { readonly withheld: WithheldReason };

export type ShownQcaRow = Shown<
  Omit<QcaRow, 'withOutcome' | 'partial'> & { readonly withOutcome: number | null; readonly partial: number | null }
>;
export type ShownQcaSolution = Omit<QcaSolution, 'terms' | 'models'> & {
  readonly terms: readonly Shown<QcaTerm>[];
  readonly models: readonly Shown<QcaModel>[];
};

export interface QcaBody extends Omit<QcaAnalysis, 'warnings' | 'caseCount' | 'rows' | 'solutions' | 'necessity'> {
  /** true where the cases are people's: small rows and case ids are then withheld from everybody but the operator */
  readonly protected: boolean;
  /** true where a unit stands for several cases */
  readonly repeated: boolean;
  /** null where withheld */
  readonly caseCount: number | null;
  readonly rows: readonly ShownQcaRow[];
  /** truth table rows that were withheld from this reader */
  readonly withheldRows: number;
  /** why there are no solutions here although there may be some */
  readonly withheld: 'small-group' | null;
  readonly solutions: readonly ShownQcaSolution[];
  readonly necessity: {
    readonly literals: readonly Shown<QcaNecessity>[];
    readonly expressions: readonly Shown<QcaNecessity>[];
  };
}

/** The whole analysis, as the operator sees it. */
export function toBody(
  { warnings: _, ...analysis }: QcaAnalysis,
  cases: { readonly protected: boolean; readonly isRepeated: boolean },
): QcaBody {
  const shown = <T extends object>(item: T): Shown<T> => ({ ...item, withheld: null });
  return {
    ...analysis,
    rows: analysis.rows.map(shown),
    solutions: analysis.solutions.map((solution) => ({
      ...solution,
      terms: solution.terms.map(shown),
      models: solution.models.map(shown),
    })),
    necessity: {
      literals: analysis.necessity.literals.map(shown),
      expressions: analysis.necessity.expressions.map(shown),
    },
    protected: cases.protected,
    repeated: cases.isRepeated,
    withheldRows: 0,
    withheld: null,
  };
}

const few = (n: number): boolean => n > 0 && n < minimumGroup;

/**
 * What anybody but the operator sees of a QCA of people: no ids; rows of the truth table that are large enough; the recipes where
 * every row behind them is; and of these the fit only where no sum or difference of what is shown counts fewer than the minimum
 * (`describableSets`; the models first, then their terms, the rows, and necessary conditions). Where a person stands for several
 * cases, none of it: numbers of cases say nothing about numbers of people. What goes beyond the solutions is for the operator.
 */
export function gateQca(body: QcaBody): QcaBody {
  const { rows: verdicts, ambiguous } = verdictOnRows(body);
  const areRowsShown = !body.repeated && verdicts.every((reason) => reason === null) && ambiguous === null;
  const isSmall = body.rows.some((row) => row.output !== '?' && row.n < minimumGroup);
  const isTiny = isHidden(body);
  const fit = verdictOnFit(body, verdicts);
  const rows = body.rows.flatMap((row, r) =>
    verdicts[r] === null && !body.repeated
      ? [fit.rows[r] === null ? { ...row, cases: [] } : withoutFit(row, fit.rows[r]!)]
      : [],
  );
  // A threshold that was found lies halfway between the scores of two of them.
  const gateCounts = (set: CalibratedSet): CalibratedSet => ({
    ...set,
    calibration: null,
    counts: areRowsShown && !set.counts.some(few) ? set.counts : [],
  });
  const isHiding = isSmall || isTiny;
  return {
    ...body,
    caseCount: isTiny ? null : body.caseCount,
    rows,
    withheldRows: body.rows.length - rows.length,
    withheld: isHiding ? 'small-group' : null,
    conditions: body.conditions.map(gateCounts),
    outcomeSet: gateCounts(body.outcomeSet),
    // A part and the outcome that it is a part of may differ by a few.
    outcomeParts: body.outcomeParts.map((set) => ({ ...set, calibration: null, counts: [] })),
    simultaneousRows: [],
    leftOut: [],
    ambiguousCases: [],
    further: nothingFurther,
    memberships: { cases: [], outcome: [], sets: {}, raw: {}, terms: {}, models: {} },
    necessity: isHiding
      ? { literals: [], expressions: [] }
      : {
          literals: body.necessity.literals.map((item, i) => gateNecessity(item, fit.literals[i]!)),
          expressions: body.necessity.expressions.map((item, i) => gateNecessity(item, fit.expressions[i]!)),
        },
    solutions: isHiding
      ? []
      : body.solutions.map((solution, s) =>
          gateSolution(solution, fit.solutions[s]!, areRowsShown && fit.rows.every((reason) => reason === null)),
        ),
  };
}

/** Fewer people than may be told of, or nobody knows how many. */
const isHidden = (body: QcaBody): boolean => body.repeated || body.caseCount! < minimumGroup;

const nothingFurther: QcaBody['further'] = {
  theory: null,
  clusters: null,
  robustness: null,
  twoStep: null,
  chain: null,
  subsets: null,
};
const noMeasures: QcaModel['measures'] = {
  haesebrouckConsistency: null,
  contrapositiveConsistency: null,
  contrapositiveCoverage: null,
  prevalenceAdjustedConsistency: null,
  antecedentAdjustedCoverage: null,
  antecedentAdjustedContrapositiveConsistency: null,
  prevalenceAdjustedContrapositiveCoverage: null,
};

/** Rows of 1 to 9, and what would give them away; cases at exactly 0.5 are in no row, but in the total. */
function verdictOnRows({ rows, ambiguousCases }: QcaBody): {
  readonly rows: readonly WithheldReason[];
  readonly ambiguous: WithheldReason;
} {
  const { groups } = withholdSmallGroups([...rows.map((row) => row.n), ambiguousCases.length], minimumGroup);
  return { rows: groups.slice(0, -1), ambiguous: groups.at(-1)! };
}

interface FitVerdicts {
  readonly solutions: readonly {
    readonly models: readonly WithheldReason[];
    readonly terms: readonly WithheldReason[];
  }[];
  /** null also for a row that is not shown at all */
  readonly rows: readonly WithheldReason[];
  readonly literals: readonly WithheldReason[];
  readonly expressions: readonly WithheldReason[];
}

function verdictOnFit(body: QcaBody, shown: readonly WithheldReason[]): FitVerdicts {
  const { rows, solutions, necessity, ambiguousCases } = body;
  const table = [
    ...rows.map((row, r) => ({
      n: row.n,
      withOutcome: row.withOutcome!,
      partial: row.partial!,
      isShown: shown[r] === null,
    })),
    // Cases at exactly 0.5 count half in sums; of a condition that is neither in nor out.
    { n: 0, withOutcome: 0, partial: ambiguousCases.length, isShown: true },
  ];
  const conditions = body.conditions.map(({ name, type, levels }) => makeCondition(name, type, levels));
  const where = (holds: (row: ShownQcaRow, r: number) => boolean) =>
    Uint8Array.from(table, (_, r) => (r < rows.length && holds(rows[r]!, r) ? 1 : 0));
  const covers = (cube: ArrayLike<number>) => (row: ShownQcaRow) =>
    row.configuration.every((level, c) => cube[c] === free || cube[c] === level);
  const expressed = ({ text }: QcaNecessity) => {
    const products = toProducts(parseExpression(text, conditions), conditions);
    return where((row) => products.some((product) => covers(product)(row)));
  };
  const models = solutions.map(({ models, terms }) =>
    models.map((model) => where((row) => model.terms.some((t) => covers(terms[t]!.levels)(row)))),
  );
  const terms = solutions.map((solution) => solution.terms.map((term) => where(covers(term.levels))));
  const ofRows = rows.map((_, r) => where((__, other) => other === r && shown[r] === null));
  const sets = [
    ...models.flat(),
    ...terms.flat(),
    ...ofRows,
    ...necessity.literals.map(expressed),
    ...necessity.expressions.map(expressed),
  ];
  const verdicts = describableSets(table, sets, minimumGroup).values();
  const take = (list: readonly unknown[]) => list.map(() => verdicts.next().value!);
  const ofModels = models.map(take);
  const ofTerms = terms.map(take);
  return {
    solutions: solutions.map((_, s) => ({ models: ofModels[s]!, terms: ofTerms[s]! })),
    rows: take(rows),
    literals: take(necessity.literals),
    expressions: take(necessity.expressions),
  };
}

const withoutFit = (row: ShownQcaRow, withheld: WithheldReason): ShownQcaRow => ({
  ...row,
  withOutcome: null,
  partial: null,
  consistency: null,
  pri: null,
  cases: [],
  withheld,
});

const gateNecessity = (item: Shown<QcaNecessity>, withheld: WithheldReason): Shown<QcaNecessity> =>
  withheld === null ? item : { text: item.text, consistency: null, coverage: null, relevance: null, withheld };

/**
 * Numbers of several sets at once, such as unique coverage, are shown where those of each set are; and the range of a cutoff,
 * which ends at the consistency or size of some row, where those of every row are.
 */
function gateSolution(
  solution: ShownQcaSolution,
  verdict: FitVerdicts['solutions'][number],
  areRowsDescribed: boolean,
): ShownQcaSolution {
  const areTermsShown = verdict.terms.every((reason) => reason === null);
  return {
    ...solution,
    terms: solution.terms.map((term, t): Shown<QcaTerm> => {
      const withheld = verdict.terms[t]!;
      const numbers = withheld === null ? term : { consistency: null, pri: null, rawCoverage: null };
      return { ...term, ...numbers, uniqueCoverage: areTermsShown ? term.uniqueCoverage : null, cases: [], withheld };
    }),
    models: solution.models.map((model, m): Shown<QcaModel> => {
      const withheld = verdict.models[m]!;
      const isWhole = model.terms.every((t) => verdict.terms[t] === null);
      const numbers = withheld === null ? model : { consistency: null, pri: null, coverage: null };
      return {
        ...model,
        ...numbers,
        uniqueCoverages: isWhole ? model.uniqueCoverages : model.uniqueCoverages.map(() => null),
        typicalCases: [],
        deviantConsistencyCases: [],
        deviantCoverageCases: [],
        measures: noMeasures,
        withheld,
      };
    }),
    cutoffIntervals: areRowsDescribed ? solution.cutoffIntervals : null,
    anchorIntervals: null,
    permutationTest: areTermsShown ? solution.permutationTest : null,
  };
}

/** Cautions that tell how many cases are on one side, or that few are, say it without the number or not at all. */
export function gateQcaWarnings(warnings: readonly Warning[], body: QcaBody): readonly Warning[] {
  if (isHidden(body)) return [];
  const released = gateQca(body);
  const { ambiguous } = verdictOnRows(body);
  const described = new Set(
    released.necessity.literals.filter((item) => item.withheld === null).map(({ text }) => text),
  );
  return warnings.flatMap((warning): readonly Warning[] => {
    const { code, parameters } = warning;
    switch (code) {
      case 'qca-half-memberships':
        return ambiguous === null ? [warning] : [{ code: 'few-left-out', parameters: {} }];
      case 'qca-skewed-set': {
        const sets = [released.outcomeSet, ...released.outcomeParts, ...released.conditions];
        const set = sets.find(({ name }) => name === parameters.set)!;
        return set.counts.length > 0 ? [warning] : [{ code: 'qca-skewed-set-withheld', parameters: { set: set.name } }];
      }
      case 'qca-borderline-rows':
        return released.rows.length === body.rows.length && released.rows.every((row) => row.withheld === null)
          ? [warning]
          : [];
      case 'qca-trivial-necessity': {
        const sets = (parameters.sets as readonly string[]).filter((text) => described.has(text));
        return sets.length > 0 ? [{ code, parameters: { sets } }] : [];
      }
      default:
        return [warning];
    }
  });
}
