import { commandLine, request } from '../as-code.ts';

const example = { kpi: 'gas-saving', context: { mean_income: 27, built_before_1975_pct: 80, owner_occupied_pct: 40 } };

/** A small warm start for the start page: a neighbourhood of old homes with low incomes. */
export function exampleWarmStart(origin: string): { readonly command: string; readonly request: string } {
  return {
    command: commandLine(
      'recommend',
      [],
      [
        ['kpi', example.kpi],
        ...Object.entries(example.context).map(([name, value]) => ['context', `${name}=${value}`] as const),
      ],
    ),
    request: request(origin, 'POST', '/v1/recommendations', example),
  };
}
