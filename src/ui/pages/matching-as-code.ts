import type { MatchingStudyRequest } from '../../app/analyses/matching-study.ts';
import { commandLine, libraryCall, request } from '../as-code.ts';
import type { SameAnswer } from '../design/same-answer.ts';
import type { PageContext } from '../page-context.ts';

/** A matching study as command line, API request and TypeScript. */
export function matchingAsCode(context: PageContext, settings: MatchingStudyRequest): SameAnswer {
  const { panel, ...rest } = settings;
  const list = (names: readonly string[] | undefined) =>
    names === undefined || names.length === 0 ? null : names.join(',');
  return {
    commandLine: commandLine(
      'match',
      [panel],
      [
        ['treatment', rest.treatment],
        ['treated-level', rest.treatedLevel],
        ['outcome', rest.outcome],
        ['change', rest.outcomeIs === 'change'],
        ['covariates', list(rest.covariates)],
        ['baseline', rest.baseline],
        ['follow-up', rest.followUp],
        ['minimum-share', rest.minimumShare],
        ['estimand', rest.estimand],
        ['method', rest.method],
        ['link', rest.link],
        ['distance', rest.distance],
        ['order', rest.order],
        ['ratio', rest.ratio],
        ['with-replacement', rest.withReplacement],
        ...calipers(rest.calipers),
        ['exact', list(rest.exact)],
        ['anti-exact', list(rest.antiExact)],
        ['discard', rest.discard],
        ['subclasses', rest.subclasses],
        ['cluster', rest.cluster],
        ['confidence', rest.confidence],
        ['revision', rest.revision],
        ['seed', rest.seed],
      ],
    ),
    request: request(context.origin, 'POST', `/v1/panels/${panel}/matching-studies`, rest),
    typescript: libraryCall('matchingStudy', settings),
  };
}

/** `--caliper 0.2` on the score in standard deviations, `--caliper age:5` raw; an empty list is `none`. */
function calipers(list: MatchingStudyRequest['calipers']): readonly (readonly [string, string])[] {
  if (list === undefined) return [];
  if (list.length === 0) return [['caliper', 'none']];
  return list.map(({ on, width }) => ['caliper', on === 'distance' ? String(width) : `${on}:${width}`] as const);
}
