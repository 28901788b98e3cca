import { describe, expect, it } from 'vitest';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { loadDefaultKernels } from '../../src/main/load-default-kernels.ts';
import { createModelFiles } from '../../src/store/model-files.ts';
import { computations } from '../../src/workers/computations.ts';
import { calendar } from '../support/calendar.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { command } from '../support/terminal.ts';

const kernels = await loadDefaultKernels();
const { clock, turnTo } = calendar();
const ports = memoryPorts([], {
  clock,
  models: createModelFiles({ shipped: new URL('../../models', import.meta.url).pathname, own: '' }),
  compute: {
    run: async (name, input, control) =>
      (computations[name] as (input: unknown, environment: unknown) => unknown)(input, {
        kernels,
        progress: control.progress.bind(control),
      }) as never,
  },
});
const service = createService(ports, createJobs(ports, { concurrency: 1 }));
const run = (line: string) => command(service, line.split(' '));

describe('the learning loop on the command line', () => {
  it('goes from advice to plan, failed outcome, promises and withdrawal', async () => {
    const advice = await run('recommend --neighbourhood BU90060209 --goals gas-saving=1 --json');
    const { id } = JSON.parse(advice.out) as { id: string };
    const plan = await run(`accept ${id} --start 2026-09 --json`);
    const { experiment } = JSON.parse(plan.out) as { experiment: string };
    turnTo('2027-09-01');
    // A number below 0 is a value, not an option.
    const failed = await run(
      `outcome ${experiment} --kpi gas-saving --effect -0.03 --variance 0.0009 --households 80 --grade matched --from 2026-09 --until 2027-08`,
    );
    expect([failed.status, failed.out.split('\n')[0]]).toEqual([
      0,
      `Experiment ${experiment} now has an outcome for gas-saving: −0.03 (standard error 0.03). It is evidence from now on.`,
    ]);
    const promises = await run('promises warm-start');
    expect(promises.out).toMatch(/Accepted 1, reported 1/);
    expect(promises.out).toMatch(/-0\.030/);
    expect((await run('promises warm-start --lang nl')).out).toMatch(/Aangenomen 1, gemeld 1/);
    const unknown = await run(`withdraw ${experiment} --reason it-did-not-work`);
    expect([unknown.status, unknown.err]).toEqual([2, expect.stringMatching(/reason/)]);
    expect((await run(`withdraw ${experiment} --reason consent-withdrawn`)).status).toBe(0);
    expect((await run('promises')).out).toMatch(/withdrawn 1/);
  });

  it('adds an experiment that nobody recommended', async () => {
    const line =
      'document --neighbourhood BU90060209 --mix draught-proofing,energy-coach --context mean_income=40 --kpi gas-saving --effect -0.03 --variance 0.0009 --households 80 --grade matched --from 2024-09 --until 2025-08';
    const { status, out } = await run(line);
    const experiment = /exp_\w+/.exec(out)![0];
    expect([status, out.split('\n')]).toEqual([
      0,
      [
        `Experiment ${experiment} now has an outcome for gas-saving: −0.03 (standard error 0.03). It is evidence from now on.`,
        'This takes for granted: what was measured explains who took part and those who took part did not change the others.',
        '',
      ],
    ]);
    const { experiments } = await service.listExperiments({ role: 'visitor' }, { limit: 1000 });
    expect(experiments.find((row) => row.experiment === experiment)).toMatchObject({
      blocks: ['energy-coach', 'draught-proofing'],
      context: { mean_income: 40 },
    });
    const few = await run(line.replace('--households 80', '--households 9').replace('from 2024-09', 'from 2024-10'));
    expect(few.out).toMatch(/kept, but learned by no model/);
    expect(few.out).not.toMatch(/evidence from now on/);
    const again = await run(`${line} --lang nl`);
    expect([again.status, again.err]).toEqual([expect.any(Number), expect.stringMatching(/probeerde deze mix/)]);
    expect(again.status).not.toBe(0);
  });

  it('proposes the next experiments, in both languages', async () => {
    const line =
      'next-experiments --neighbourhoods BU90010100,BU90010201 --targets BU90010100 --maximum-size 2 --count 2';
    const { status, out } = await run(line);
    expect([status, out.match(/BU9001\d{4}, Duinrand/g)!.length]).toEqual([0, 2]);
    expect((await run(`${line} --lang nl`)).out).toMatch(/Voor de keuze in 1 buurt/);
  });
});
