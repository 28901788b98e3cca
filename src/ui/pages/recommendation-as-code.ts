import { commandLine, libraryCall, request } from '../as-code.ts';
import type { SameAnswer } from '../design/same-answer.ts';
import type { PageContext } from '../page-context.ts';
import type { WarmStartInput } from './read-warm-start.ts';

/** A warm start as command line, API request and TypeScript. */
export function recommendationAsCode(context: Pick<PageContext, 'origin'>, input: WarmStartInput): SameAnswer {
  const pairs = (record: Readonly<Record<string, number>>) => {
    const entries = Object.entries(record);
    return entries.length === 0 ? null : entries.map(([name, value]) => `${name}=${value}`).join(',');
  };
  return {
    commandLine: commandLine(
      'recommend',
      [],
      [
        ['context', pairs(input.context)],
        ['neighbourhood', input.neighbourhood],
        ['goals', pairs(input.goals)],
        ['budget', input.budget],
        ['require', input.required?.join(',')],
        ['exclude', input.excluded?.join(',')],
      ],
    ),
    request: request(context.origin, 'POST', '/v1/recommendations', input),
    typescript: libraryCall('recommend', input),
  };
}
