import type { QcaAnalysis, QcaColumn } from '../../core/qca/analysis-records.ts';
import type { Actor } from '../actor.ts';
import type { AnalysisContext } from '../ports.ts';
import type { Draft } from '../results.ts';
import { gateQca, gateQcaWarnings, type QcaBody, toBody } from './qca-body.ts';
import { casesFromPanel, casesFromTable, nameOf } from './qca-cases.ts';
import { completeQcaSettings, type QcaSettings, type QcaVariable } from './qca-settings.ts';

/** Qualitative comparative analysis: truth table, every minimal model, fit, necessity and certificates. */
export const qca = {
  settings: completeQcaSettings,

  async run(settings: QcaSettings, context: AnalysisContext): Promise<Draft<QcaSettings, QcaBody>> {
    const cases = settings.table === null ? await casesFromPanel(settings, context) : casesFromTable(settings.table);
    context.progress(0.1, 'reading');
    const columnOf = (variable: QcaVariable): QcaColumn => {
      const { values, observed, isTemporal } = cases.column(variable);
      return {
        name: nameOf(variable),
        values,
        observed,
        calibration: variable.calibration,
        type: variable.type ?? (isTemporal ? 'temporal' : null),
      };
    };
    const analysis = await context.ports.compute.run(
      'qca',
      {
        caseIds: cases.ids,
        outcome: {
          ...columnOf(settings.outcome),
          negated: settings.outcome.negated,
          expression: settings.outcome.expression,
          parts: settings.outcome.parts.map(columnOf),
        },
        conditions: settings.conditions.map(columnOf),
        truthTable: {
          frequencyCutoff: settings.frequencyCutoff,
          consistencyCutoff: settings.consistencyCutoff,
          contradictionCutoff: settings.contradictionCutoff,
          priCutoff: settings.priCutoff,
          binomialTest: null,
        },
        explain: settings.explain,
        includeContradictions: settings.includeContradictions,
        excludedRows: settings.excludedRows,
        enhanced: settings.enhanced,
        solutions: settings.solutions,
        directionalExpectations: settings.directionalExpectations,
        necessity: settings.necessity,
        listing: settings.listing,
        irredundant: settings.irredundant,
        anchorIntervals: settings.anchorIntervals,
        further: {
          theory: settings.theory,
          clusters:
            settings.clusters === null
              ? null
              : {
                  clusters: cases.labels(settings.clusters.cluster, 'cluster'),
                  units: cases.labels(settings.clusters.unit, 'unit'),
                },
          robustness: settings.robustness,
          twoStep: settings.twoStep,
          chain: settings.chain,
          subsets: settings.subsets,
        },
        permutations: settings.permutations,
        seed: settings.seed,
        limits: settings.limits,
      },
      context,
    );
    return {
      class: 'release',
      settings,
      seed: settings.seed,
      sources: cases.sources,
      attrition: [
        ...cases.attrition,
        { step: 'cases-given', units: cases.given },
        ...(cases.given === cases.ids.length ? [] : [{ step: 'cases-large-enough', units: cases.ids.length }]),
        { step: 'cases-complete', units: analysis.caseCount },
      ],
      warnings: analysis.warnings,
      body: toBody(withoutScores(analysis, cases.sidesOnly), cases),
    };
  },

  release(body: QcaBody, actor: Actor): QcaBody {
    return actor.role === 'operator' || !body.protected ? body : gateQca(body);
  },

  releaseWarnings: gateQcaWarnings,
};

/** The analysis without the scores of some sets, and without the intervals of their thresholds, which end at scores. */
const withoutScores = (analysis: QcaAnalysis, sets: ReadonlySet<string>): QcaAnalysis => ({
  ...analysis,
  memberships: {
    ...analysis.memberships,
    raw: Object.fromEntries(Object.entries(analysis.memberships.raw).filter(([name]) => !sets.has(name))),
  },
  solutions: analysis.solutions.map((solution) => ({
    ...solution,
    anchorIntervals: solution.anchorIntervals?.filter(({ set }) => !sets.has(set)) ?? null,
  })),
});
