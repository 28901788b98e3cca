import { describe, expect, it } from 'vitest';
import { createJobs } from '../../src/app/jobs.ts';
import { createService } from '../../src/app/service.ts';
import { memoryPorts } from '../support/memory-ports.ts';
import { studyPanel } from '../support/study-panel.ts';
import { command } from '../support/terminal.ts';

const question =
  'match study --treatment coach --outcome kpi --covariates income,home --baseline 2023 --follow-up 2024'.split(' ');

describe('the text of a matching study', () => {
  const ports = memoryPorts([studyPanel()]);
  const service = createService(ports, createJobs(ports, { concurrency: 1 }));

  it('has one Hodges-Lehmann estimate, and a range around it for those who may not see it', async () => {
    const { out } = await command(service, question);
    const [, estimate] = /Hodges-Lehmann estimate: ([0-9.]+)\.\n/.exec(out)!;
    const shown = await command(service, [...question, '--role', 'visitor']);
    const [, lower, upper] = /Hodges-Lehmann estimate: from ([0-9.]+) to ([0-9.]+)\.\n/.exec(shown.out)!;
    expect(Number(lower)).toBeLessThanOrEqual(Number(estimate));
    expect(Number(upper)).toBeGreaterThanOrEqual(Number(estimate));
    expect(Number(upper)).toBeGreaterThan(Number(lower));
  });
});
