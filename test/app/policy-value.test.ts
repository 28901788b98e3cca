import { describe, expect, test } from 'vitest';
import type { Actor } from '../../src/app/actor.ts';
import type { ResultOf } from '../../src/app/analyses.ts';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { results } from '../../src/contract/operations.ts';
import { policyValueExample } from '../../src/contract/recommend.ts';
import { violations } from '../../src/contract/validate.ts';
import { memoryPorts } from '../support/memory-ports.ts';

const visitor: Actor = { role: 'visitor' };
const ports = memoryPorts();
const service = createService(ports, createJobs(ports, { concurrency: 1 }));

async function ask(log: string) {
  const job = await service.policyValue(visitor, { log }, { waitMs: 20_000 });
  if (job.error) throw Object.assign(new Error(job.error.message), job.error);
  return job.result as unknown as ResultOf<'policy-value'>;
}
const rows = policyValueExample.log.split('\n');

describe('the value of another policy', () => {
  test('fits the contract, keeps no log, and is the same for any order of the rows', async () => {
    const result = await ask(policyValueExample.log);
    expect(violations(results['policy-value'], JSON.parse(JSON.stringify(result)))).toEqual([]);
    expect([result.settings.log, result.body.rows, result.body.groups, result.body.identifiable]).toEqual([
      null,
      30,
      10,
      true,
    ]);
    // 15 rows chose as the other policy does, each with probability 1/2: ratios 2 and 0.
    expect(result.body.effectiveSampleSize).toBeCloseTo(15, 10);
    const followed = rows
      .slice(1)
      .filter((row) => row.includes(',coach,'))
      .map((row) => Number(row.split(',')[2]));
    expect(result.body.estimates!.weighted).toBeCloseTo(followed.reduce((sum, y) => sum + y, 0) / 15, 10);
    const turned = await ask([rows[0], ...rows.slice(1).toReversed()].join('\n'));
    expect(turned.body).toEqual(result.body);
  });

  test('probabilities of each action say the same as the action itself', async () => {
    const wide = [
      'group,action,outcome,probability,new:coach,new:scan',
      ...rows.slice(1).map((row) => `${row.slice(0, row.lastIndexOf(','))},1,0`),
    ];
    const { estimates } = (await ask(wide.join('\n'))).body;
    expect(estimates!.weighted).toBeCloseTo((await ask(policyValueExample.log)).body.estimates!.weighted, 12);
  });

  test('without probabilities they are estimated, and that is said', async () => {
    const without = rows.map((row) =>
      row
        .split(',')
        .filter((_, i) => i !== 3)
        .join(','),
    );
    const { warnings } = await ask(without.join('\n'));
    expect(warnings.map(({ code }) => code)).toEqual(['probabilities-estimated']);
  });

  test('of few rows that speak for it there are no numbers', async () => {
    const few = rows.map((row, i) => (i > 0 && i < 14 ? row.replace(',coach,', ',scan,') : row));
    const { body } = await ask(few.join('\n'));
    expect([body.identifiable, body.estimates, body.effectiveSampleSize < 10]).toEqual([false, null, true]);
  });

  test.each<[string, string, RegExp]>([
    ['a cell that is no number', policyValueExample.log.replace('n0,scan,0', 'n0,scan,much'), /Line 2, column outcome/],
    ['a probability of 0', policyValueExample.log.replace('0.5', '0'), /Line 2, column probability/],
    ['no rows', rows[0]!, /holds no rows/],
    ['no other policy', 'group,action,outcome\na,b,1', /new_action/],
    ['probabilities that do not sum to 1', 'group,action,outcome,new:x,new:y\na,x,1,0.5,0.4', /sum to 1/],
    ['a column that is missing', 'group,action\na,b', /lacks the columns outcome/],
  ])('%s is refused', async (_, log, message) => {
    await expect(ask(log)).rejects.toMatchObject({ code: 'invalid-file', message: expect.stringMatching(message) });
  });
});
