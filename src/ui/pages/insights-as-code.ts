import type { InsightsRequest } from '../../app/analyses/insights.ts';
import { type CommandOption, commandLine, libraryCall, request } from '../as-code.ts';
import type { SameAnswer } from '../design/same-answer.ts';
import type { PageContext } from '../page-context.ts';

/** The question of a collective page as command line, API request and TypeScript. */
export function insightsAsCode(context: PageContext, settings: InsightsRequest): SameAnswer {
  const { panel, goal, ...rest } = settings;
  const options: CommandOption[] = [
    ['kpi', rest.kpi],
    ['by', rest.by],
    ['collective', rest.collective],
    ['period', rest.period],
    ['revision', rest.revision],
    ['goal', goal?.value],
    ['baseline', goal?.baseline],
  ];
  return {
    commandLine: commandLine('insights', [panel], options),
    request: request(context.origin, 'POST', `/v1/panels/${panel}/insights`, { ...rest, ...(goal ? { goal } : {}) }),
    typescript: libraryCall('insights', settings),
  };
}
