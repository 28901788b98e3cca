import { describe, expect, it } from 'vitest';
import type { BlockKernel } from '../../src/kernels/block-jobs.ts';
import { WorkerTeam } from '../../src/kernels/worker-team.ts';

// (module
//  (import "env" "memory" (memory 1 65536 shared))
//  (func (export "trapOnBlockOne") (param i32 i32) (result i32)
//   (if (i32.eq (local.get 0) (i32.const 1)) (then (unreachable)))
//   (i32.const 1))
//  (func (export "stallOnHelpers") (param i32 i32) (result i32) (local $i i32)
//   (loop $slow
//    (local.set $i (i32.add (local.get $i) (i32.const 1)))
//    (br_if $slow (i32.or (local.get 1) (i32.lt_s (local.get $i) (i32.const 40000000)))))
//   (i32.const 1))
//  (func (export "countBlock") (param i32 i32 i32) (result i32)
//   (drop (i32.atomic.rmw.add (i32.add (local.get 2) (i32.shl (local.get 0) (i32.const 2))) (i32.const 1)))
//   (i32.const 1)))
const faulty = Buffer.from(
  'AGFzbQEAAAABDgJgAn9/AX9gA39/fwF/AhIBA2VudgZtZW1vcnkCAwGAgAQDBAMAAAEHMAMOdHJhcE9uQmxvY2tPbmUAAA5zdGFsbE9uSGVscGVycwABCmNvdW50QmxvY2sAAgpBAw0AIABBAUYEQAALQQELHQEBfwNAIAJBAWohAiABIAJBgLSJE0hyDQALQQELEwAgAiAAQQJ0akEB/h4CABpBAQs=',
  'base64',
);

async function startTeam(threads: number, waitMs: number) {
  const module = new WebAssembly.Module(faulty);
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 64, shared: true });
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, BlockKernel>;
  const { trapOnBlockOne, stallOnHelpers, countBlock } = exports;
  const kernels = { trapOnBlockOne: trapOnBlockOne!, stallOnHelpers: stallOnHelpers!, countBlock: countBlock! };
  return { memory, team: await WorkerTeam.start(module, memory, kernels, threads, waitMs) };
}

describe('a team of threads', () => {
  it('does every block of every job exactly once, however late its helpers wake', async () => {
    const { team, memory } = await startTeam(3, 10_000);
    const blocks = 50;
    const counts = new Int32Array(memory.buffer, 1024, blocks);
    // Short jobs one after the other: a helper often wakes for a job that is over, and must not touch the next one's blocks.
    for (let job = 1; job <= 2000; job++) {
      team.run('countBlock', blocks, [1024]);
      if (job % 500 === 0) expect(new Set(counts)).toEqual(new Set([job]));
    }
    await team.stop();
  });

  it('turns a trap in any thread into an error, and goes on working', async () => {
    const { team } = await startTeam(2, 10_000);
    for (let attempt = 0; attempt < 50; attempt++)
      expect(() => team.run('trapOnBlockOne', 8, [])).toThrow(
        expect.objectContaining({ code: 'kernel-failure', message: expect.stringContaining('unreachable') }),
      );
    expect(team.run('trapOnBlockOne', 1, [])).toBe(true);
    await team.stop();
  });

  it('gives up on a helper that hangs, says so, and then works alone', async () => {
    const { team } = await startTeam(2, 200);
    expect(() => team.run('stallOnHelpers', 12, [])).toThrow(
      expect.objectContaining({
        code: 'kernel-failure',
        message: expect.stringMatching(/no progress on stallOnHelpers for 200 ms/),
      }),
    );
    expect(team.run('trapOnBlockOne', 1, [])).toBe(true);
    expect(() => team.run('trapOnBlockOne', 2, [])).toThrow(expect.objectContaining({ code: 'kernel-failure' }));
    await team.stop();
  });
});
