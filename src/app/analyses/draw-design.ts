import type { StudyDesignInput } from '../../core/effects/study-input.ts';
import type { Warning } from '../../core/errors.ts';
import type { StudyDesignRun } from '../../core/study/run-study.ts';
import { digestOf, digestOfArrays } from '../digest.ts';
import { AppError } from '../errors.ts';
import { loadColumns } from '../load-columns.ts';
import type { PanelDescription } from '../panels.ts';
import type { AnalysisContext } from '../ports.ts';
import type { AttritionStep, DataSource } from '../results.ts';
import { announceCost } from './announce-cost.ts';
import { type DesignUnits, designUnits } from './design-units.ts';
import type { ShownDesign } from './matching-study-body.ts';
import { nameUnits } from './name-units.ts';
import { prepareStudy, unique } from './prepare-study.ts';
import { showDesign } from './show-study.ts';
import { type StudyProtocol, toStudySettings } from './study-protocol.ts';
import type { MatchingStudySettings } from './study-settings.ts';
import { type StudyUnitsRequest, studyPeriods } from './study-units.ts';

/** What a design shows. */
export interface StudyDesignBody extends ShownDesign {
  /** smallest effect the sample will find, from the outcome's variable before the treatment; null without that */
  readonly detectable: NonNullable<StudyDesignRun['power']>['detectable'];
  /** the fewest units behind it */
  readonly supportBefore: NonNullable<StudyDesignRun['power']>['support'] | null;
  /** sha256 of weights, pairs and strata of the units by their ids, and of the rest of this body; null where withheld */
  readonly digest: string | null;
}

/** The units of a protocol, before they are matched. */
export interface ReadDesign {
  /** with the revision that was read */
  readonly protocol: StudyProtocol;
  readonly settings: MatchingStudySettings;
  readonly panel: PanelDescription;
  readonly request: StudyUnitsRequest;
  readonly units: DesignUnits;
  readonly input: StudyDesignInput;
  /** place in the protocol of each term */
  readonly order: readonly number[];
  readonly source: DataSource;
  readonly attrition: readonly AttritionStep[];
  readonly isCrossSection: boolean;
}

/** A design that was carried out, with what an estimate needs of it. */
export interface DrawnDesign extends ReadDesign {
  readonly warnings: readonly Warning[];
  readonly body: StudyDesignBody & { readonly digest: string };
}

/**
 * Reads the units of a protocol. Of the panel it loads what was before the end of the baseline, and the treatment; in a
 * panel of one wave everything but the outcomes. No outcome after the baseline is in memory.
 *
 * @throws invalid-request where the design would read an outcome; what `prepareStudy` and `designUnits` throw
 */
export async function readDesign(protocol: StudyProtocol, context: AnalysisContext): Promise<ReadDesign> {
  const { panels } = context.ports;
  const panel = await panels.describe(protocol.panel, protocol.revision);
  const settings = toStudySettings(protocol);
  const { design, terms, order, variables, columns, cluster } = prepareStudy(settings, panel);
  const { treatment, outcome } = settings;
  const { isCrossSection, baseline } = studyPeriods(panel.waveLabels, settings);
  const before = unique([
    ...columns,
    ...protocol.eligibility.map((rule) => rule.variable),
    ...(cluster === null ? [] : [cluster]),
  ]);
  refuseOutcomes(settings, isCrossSection ? [...before, treatment] : [treatment]);
  const upTo = isCrossSection ? undefined : panel.waveLabels[baseline.at(-1)!]!;
  const wanted = isCrossSection ? before : unique([...before, outcome]);
  const history = await loadColumns(panels, panel, wanted, 'study-design', upTo);
  const entries = await loadColumns(panels, panel, [treatment], 'study-design');
  refuseChanged(history.source, entries.source);
  context.progress(0.1, 'reading');
  const request = { ...settings, variables, cluster, isClusterAskedFor: settings.cluster !== null };
  const units = designUnits(history.data, entries.data, {
    ...request,
    eligibility: protocol.eligibility,
    adoptedIn: 'adopts' in protocol.treatment ? protocol.treatment.in : null,
  });
  const input: StudyDesignInput = {
    frame: units.frame,
    treated: units.treated,
    design,
    covariates: terms,
    cluster: units.cluster,
    isClusterAskedFor: request.isClusterAskedFor,
    standardError: settings.standardError,
    confidence: settings.confidence,
    seed: settings.seed,
  };
  return {
    protocol: { ...protocol, revision: panel.revision },
    settings,
    panel,
    request,
    units,
    input,
    order,
    source: history.source,
    attrition: [...history.attrition, ...units.attrition],
    isCrossSection,
  };
}

/** Carries out the design of a protocol. @throws as `readDesign` and `runStudyDesign` */
export async function drawDesign(protocol: StudyProtocol, context: AnalysisContext): Promise<DrawnDesign> {
  const read = await readDesign(protocol, context);
  const { units, input, settings, panel, order } = read;
  announceCost(units, input.covariates, input.design, context);
  const run = await context.ports.compute
    .run('study-design', { ...input, before: units.before }, context)
    .catch((error) => {
      throw nameUnits(error, units.unitIds);
    });
  const shown = {
    ...showDesign(run.output, settings, panel, units.missing, order),
    detectable: run.power?.detectable ?? null,
    supportBefore: run.power?.support ?? null,
  };
  const matched = units.unitIds.filter((_, row) => run.sample.weights[row]! > 0).length;
  return {
    ...read,
    attrition: [...read.attrition, { step: 'matched', units: matched }],
    warnings: [
      ...(read.isCrossSection ? [{ code: 'covariates-at-outcome', parameters: {} }] : []),
      ...run.output.warnings,
      ...(run.hasTies ? [{ code: 'tied-units', parameters: {} }] : []),
    ],
    body: { ...shown, digest: digestOf([sampleDigest(units, run.sample), shown]) },
  };
}

function sampleDigest({ unitIds, treated }: DesignUnits, { weights, pairs, strata }: StudyDesignRun['sample']): string {
  const arrays = [treated, weights, pairs?.focal ?? null, pairs?.offsets ?? null, pairs?.partners ?? null, strata];
  return digestOf([unitIds, digestOfArrays(arrays)]);
}

/** In one wave everything is measured with the outcome; in several the treatment is read after the baseline too. */
function refuseOutcomes({ outcome, otherOutcomes }: MatchingStudySettings, read: readonly string[]): void {
  const variable = [outcome, ...otherOutcomes].find((name) => read.includes(name));
  if (variable === undefined) return;
  throw new AppError(
    'invalid-request',
    `"${variable}" is an outcome, and the design would read it after the baseline. Leave it out of treatment, eligibility, design and clusters, or choose another outcome.`,
    { variable },
  );
}

/** @throws interrupted where, between two readings of a panel, a household may have withdrawn its consent */
export function refuseChanged(one: DataSource, other: DataSource): void {
  if (one.digest === other.digest && one.consents === other.consents) return;
  throw new AppError('interrupted', 'The panel changed while it was read. Ask again.', { panel: one.panel });
}
