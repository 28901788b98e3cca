import type { ResultOf } from '../../app/analyses.ts';
import { AppError } from '../../app/errors.ts';
import type { Service } from '../../app/service.ts';
import { ask, StillWorking, visitor } from '../ask.ts';
import type { Refusal } from '../design/refusal-in-words.ts';
import type { PageContext } from '../page-context.ts';
import { readWarmStart, type WarmStartQuestion } from './read-warm-start.ts';
import { recommendationAsCode } from './recommendation-as-code.ts';
import type { WarmStartAnswer, WarmStartForm } from './warm-start-view.ts';

export interface WarmStartView {
  readonly form: WarmStartForm;
  readonly question: WarmStartQuestion;
  readonly answer: WarmStartAnswer | null;
  /** the service understood the question and would not answer it */
  readonly refusal: Refusal | null;
}

const model = 'warm-start';

/**
 * The warm start for a query: the form that the evidence allows, what the reader filled in, and the answer where it could be
 * read. A refusal (a number far from anything seen, rules that clash) is shown above the form with everything still filled in.
 *
 * @throws model-not-found; StillWorking
 */
export async function loadWarmStart(service: Service, version: string, context: PageContext): Promise<WarmStartView> {
  const [{ buildingBlocks }, { contexts, digest }, description] = await Promise.all([
    service.listBuildingBlocks(visitor, {}),
    service.listExperiments(visitor, { limit: 1 }),
    service.describeModel(visitor, { model }),
  ]);
  const form: WarmStartForm = {
    fields: contexts,
    goals: description.kpis.map(({ kpi }) => kpi),
    blocks: buildingBlocks,
  };
  const question = readWarmStart(form, context.query);
  if (!question.asked || Object.keys(question.problems).length > 0)
    return { form, question, answer: null, refusal: null };
  const { input } = question;
  try {
    const key = ['recommendation', version, digest, description.version, input];
    const { body, warnings } = await ask<ResultOf<'recommendation'>>(service, key, (actor, options) =>
      service.recommend(actor, input, options),
    );
    return { form, question, answer: { body, warnings, code: recommendationAsCode(context, input) }, refusal: null };
  } catch (error) {
    if (error instanceof StillWorking || !(error instanceof AppError) || error.code === 'model-not-found') throw error;
    return { form, question, answer: null, refusal: { code: error.code, message: error.message } };
  }
}
