import type { MatchingStudyBody, MatchingStudyRequest } from '../../app/analyses/matching-study.ts';
import type { QcaRequest } from '../../app/analyses/qca-settings.ts';
import type { AnyResult, ResultOf } from '../../app/analyses.ts';
import { AppError } from '../../app/errors.ts';
import type { DemoCatalogue } from '../../app/pages.ts';
import type { Service } from '../../app/service.ts';
import { ask, StillWorking, visitor } from '../ask.ts';
import type { PageContext } from '../page-context.ts';
import { demoMatching, demoQca, demoStudyId } from './demo-study.ts';
import { matchingAsCode } from './matching-as-code.ts';
import { qcaAsCode } from './qca-as-code.ts';
import { recipesOf } from './recipes-of.ts';
import type { BalanceRow, StudyView } from './study-view.ts';

/** Below this standardized mean difference groups count as alike (Stuart, Lee and Leacy 2013, doi:10.1016/j.jclinepi.2013.01.013). */
const threshold = 0.1;

type MatchingResult = ResultOf<'matching-study'>;
type QcaResult = ResultOf<'qca'>;

/**
 * The study of an address: `demo`, a result or a job. The QCA beside it comes from the query (`qca=res_…`), in the demo from
 * its own question.
 *
 * @throws result-not-found, job-not-found, panel-not-found; invalid-request where the result is no matching study
 */
export async function loadStudy(
  service: Service,
  version: string,
  demo: DemoCatalogue | null,
  id: string,
  context: PageContext,
): Promise<StudyView> {
  if (id === demoStudyId) {
    if (demo === null) {
      throw new AppError(
        'result-not-found',
        'The demo is off, so its study is not here. Open a study of your own by its result.',
        { result: id },
      );
    }
    const { revision } = await service.describePanel(visitor, { panel: demo.panel });
    const matching: MatchingStudyRequest = { ...demoMatching(demo.panel), revision };
    const recipes: QcaRequest = { ...demoQca(demo.panel), revision };
    const [study, qca] = await Promise.all([
      ask<MatchingResult>(service, ['matching-study', version, matching], (actor, options) =>
        service.matchingStudy(actor, matching, options),
      ),
      ask<QcaResult>(service, ['qca', version, recipes], (actor, options) => service.qca(actor, recipes, options)),
    ]);
    return toView(study, { result: qca, request: recipes }, matching, context);
  }
  const study = await storedResult(service, id);
  if (study.kind !== 'matching-study') throw wrongKind(id, study.kind, 'matching-study');
  const qcaId = context.query.get('qca');
  const qca = qcaId === null || qcaId === '' ? null : await storedResult(service, qcaId);
  if (qca !== null && qca.kind !== 'qca') throw wrongKind(qcaId!, qca.kind, 'qca');
  return toView(study, qca && { result: qca, request: qca.settings }, study.settings, context);
}

const wrongKind = (id: string, kind: string, expected: string) =>
  new AppError(
    'invalid-request',
    `"${id}" is a result of the kind ${kind}; expected ${expected}. Open it with the API at /v1/results/${id}.`,
    {
      result: id,
      kind,
      expected,
    },
  );

async function storedResult(service: Service, id: string): Promise<AnyResult> {
  if (!id.startsWith('job_')) return service.getResult(visitor, { result: id });
  const job = await service.getJob(visitor, { job: id });
  if (job.state === 'failed')
    throw new AppError(job.error!.code as AppError['code'], job.error!.message, { ...job.error!.details });
  if (job.result === null) throw new StillWorking(job);
  return job.result;
}

function toView(
  { id, body, attrition, settings, warnings }: MatchingResult,
  qca: { readonly result: QcaResult; readonly request: QcaRequest } | null,
  request: MatchingStudyRequest,
  context: PageContext,
): StudyView {
  return {
    id,
    treatment: body.treatment,
    outcome: body.outcome,
    estimand: body.estimand,
    treated: body.groups.treated.matched,
    controls: body.groups.control.matched,
    attrition,
    balance: body.balance.map(toBalanceRow),
    beforeWithheld: body.groups.treated.all === null && body.groups.treated.matched !== null,
    hasScore: hasScore(settings.design),
    overlap: body.overlap && {
      bins: body.overlap.bins,
      coefficient: body.overlap.coefficient,
      equipoise: body.equipoise,
    },
    weights: body.weightBins,
    threshold,
    effect: body.effects.matched,
    adjusted: body.effects.adjusted,
    unadjusted: body.effects.unmatched,
    further: body.further,
    covariates: settings.covariates,
    confidence: settings.confidence,
    warnings: qca === null ? warnings : [...warnings, ...qca.result.warnings],
    recipes: qca && recipesOf(qca.result.body),
    code:
      qca === null
        ? [matchingAsCode(context, request)]
        : [matchingAsCode(context, request), qcaAsCode(context, qca.request)],
  };
}

const hasScore = (design: MatchingResult['settings']['design']): boolean =>
  'distance' in design
    ? design.distance.type === 'propensity-score'
    : design.method === 'inverse-probability' || design.method === 'balancing-score';

/** `tenure=owner` is a level of a covariate; everything else is a term. */
function toBalanceRow({ variable, before, after, withheld }: MatchingStudyBody['balance'][number]): BalanceRow {
  const [covariate = variable, level = null] = variable.split('=');
  return {
    covariate,
    level,
    before: before.standardizedMeanDifference,
    after: after.standardizedMeanDifference,
    withheld,
  };
}
