import type { MatchingStudyOutput } from '../../core/effects/run-matching-study.ts';
import type { Actor } from '../actor.ts';
import { loadColumns } from '../load-columns.ts';
import { noteReading } from '../outcome-readings.ts';
import type { AnalysisContext } from '../ports.ts';
import type { Draft } from '../results.ts';
import { announceCost } from './announce-cost.ts';
import { furtherVariables } from './further-questions.ts';
import {
  gateStudy,
  gateStudyAttrition,
  gateStudyWarnings,
  type MatchingStudyBody,
  type StudyUnitRow,
} from './matching-study-body.ts';
import { nameOutcome, nameUnits, refuseLargeOutcome } from './name-units.ts';
import { prepareStudy, unique } from './prepare-study.ts';
import { riskSetUnits } from './risk-set-units.ts';
import { showDesign, showEstimate } from './show-study.ts';
import { completeStudy, type MatchingStudySettings } from './study-settings.ts';
import { type StudyUnits, studyUnits } from './study-units.ts';

export type { MatchingStudyBody, ShownBalanceSide } from './matching-study-body.ts';
export type { MatchingStudyRequest, MatchingStudySettings } from './study-settings.ts';

/** A matching study: like is compared with like, and the uncertainty fits the way the treatment was given. */
export const matchingStudy = {
  settings: completeStudy,

  async run(
    settings: MatchingStudySettings,
    context: AnalysisContext,
  ): Promise<Draft<MatchingStudySettings, MatchingStudyBody>> {
    const { panels, compute } = context.ports;
    const description = await panels.describe(settings.panel, settings.revision);
    const { riskSets } = settings;
    const { design, terms, order, variables, columns, cluster } = prepareStudy(settings, description);
    const wanted = unique([
      ...columns,
      settings.treatment,
      settings.outcome,
      ...furtherVariables(settings),
      ...(cluster === null ? [] : [cluster]),
    ]);
    const { treatment, outcome, otherOutcomes, laterFollowUps, followUp } = settings;
    const until = laterFollowUps.at(-1) ?? followUp;
    const reading = { treatments: [treatment], outcomes: [outcome, ...otherOutcomes], until };
    await noteReading('matching-study', settings.panel, reading, context.ports);
    const loaded = await loadColumns(panels, description, wanted, 'matching-study');
    context.progress(0.1, 'reading');
    const asked = { ...settings, variables, cluster, isClusterAskedFor: settings.cluster !== null };
    const units = riskSets === null ? studyUnits(loaded.data, asked) : riskSetUnits(loaded.data, asked, riskSets);
    refuseLargeOutcome(settings.outcome, units.outcome, units.unitIds);
    announceCost(units, terms, design, context);
    const output = await compute
      .run(
        'matching-study',
        {
          frame: units.frame,
          treated: units.treated,
          outcome: units.outcome,
          design,
          covariates: terms,
          balanceOf: settings.balanceOf,
          cluster: units.cluster,
          isClusterAskedFor: settings.cluster !== null,
          standardError: settings.standardError,
          permutations: settings.permutations,
          confidence: settings.confidence,
          seed: settings.seed,
          further: units.further,
        },
        context,
      )
      .catch((error) => {
        throw nameOutcome(nameUnits(error, units.unitIds), settings.outcome);
      });
    const matched = new Set(units.unitIds.filter((_, row) => output.sample.weights[row]! > 0)).size;
    const warnings = [...output.warnings];
    if (settings.baseline === null && riskSets === null)
      warnings.unshift({ code: 'covariates-at-outcome', parameters: {} });
    return {
      class: settings.includeUnits ? 'workspace' : 'release',
      settings,
      seed: settings.seed,
      sources: [loaded.source],
      attrition: [...loaded.attrition, ...units.attrition, { step: 'matched', units: matched }],
      warnings,
      body: {
        ...showDesign(output, settings, description, units.missing, order),
        ...showEstimate(output, order),
        units: settings.includeUnits ? unitRows(units, output.sample) : null,
      },
    };
  },

  release(body: MatchingStudyBody, actor: Actor): MatchingStudyBody {
    return actor.role === 'operator' || !body.protected ? body : gateStudy(body);
  },

  releaseAttrition: gateStudyAttrition,
  releaseWarnings: gateStudyWarnings,
};

function unitRows(units: StudyUnits, sample: MatchingStudyOutput['sample']): readonly StudyUnitRow[] {
  const partners: string[][] = units.unitIds.map(() => []);
  if (sample.pairs !== null) {
    const { focal, offsets, partners: rows } = sample.pairs;
    focal.forEach((row, k) => {
      for (let j = offsets[k]!; j < offsets[k + 1]!; j++) {
        partners[row]!.push(units.unitIds[rows[j]!]!);
        partners[rows[j]!]!.push(units.unitIds[row]!);
      }
    });
  }
  return units.unitIds.map((unit, row) => ({
    unit,
    wave: units.waves === null ? null : units.waves[row]!,
    treated: units.treated[row] === 1,
    score: sample.score === null ? null : sample.score[row]!,
    weight: sample.weights[row]!,
    stratum: sample.strata === null || sample.strata[row]! < 0 ? null : sample.strata[row]!,
    partners: partners[row]!,
  }));
}
