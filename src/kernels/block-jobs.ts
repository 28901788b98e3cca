/**
 * How threads share a job: blocks of one kernel, claimed one at a time from a ticket in shared memory.
 *
 * The ticket holds (number of the job << 16 | blocks not yet claimed). A thread claims by compare-and-swap, and only then
 * reads which kernel and arguments: a job cannot end before its claimed blocks are done, so what it reads belongs to its
 * claim, however late it woke.
 */
export const slots = {
  ticket: 0,
  done: 1,
  total: 2,
  kernel: 3,
  finite: 4,
  failed: 5,
  stop: 6,
  argumentCount: 7,
} as const;
const controlBytes = 64;
export const argumentLimit = 20;
const messageBytes = 512;
export const largestJob = 0xffff;

export type BlockKernel = (block: number, worker: number, ...rest: number[]) => number | undefined;

/** Views of the shared control memory of one team. */
export interface JobControl {
  readonly slots: Int32Array;
  readonly arguments: Float64Array;
  readonly message: Uint8Array;
}

export function jobControl(buffer: SharedArrayBuffer): JobControl {
  return {
    slots: new Int32Array(buffer, 0, controlBytes / 4),
    arguments: new Float64Array(buffer, controlBytes, argumentLimit),
    message: new Uint8Array(buffer, controlBytes + argumentLimit * 8, messageBytes),
  };
}

export function jobControlBytes(): number {
  return controlBytes + argumentLimit * 8 + messageBytes;
}

/**
 * Works on the job of the ticket until no block of it is left to claim. A trap is noted, and its block counts as done,
 * so that nobody waits for it.
 */
export function workOnBlocks(control: JobControl, kernels: readonly BlockKernel[], worker: number): void {
  const c = control.slots;
  for (;;) {
    const ticket = Atomics.load(c, slots.ticket);
    const left = ticket & largestJob;
    if (left === 0) return;
    if (Atomics.compareExchange(c, slots.ticket, ticket, ticket - 1) !== ticket) continue;
    try {
      const kernel = kernels[c[slots.kernel]!]!;
      const given = Array.from(control.arguments.subarray(0, c[slots.argumentCount]));
      const result = kernel(c[slots.total]! - left, worker, ...given);
      if (result === 0) Atomics.store(c, slots.finite, 0);
    } catch (error) {
      if (Atomics.compareExchange(c, slots.failed, 0, 1) === 0) writeMessage(control.message, String(error));
    }
    Atomics.add(c, slots.done, 1);
    Atomics.notify(c, slots.done);
  }
}

function writeMessage(bytes: Uint8Array, text: string): void {
  bytes.fill(0);
  for (let i = 0; i < Math.min(text.length, bytes.length); i++) bytes[i] = text.charCodeAt(i) & 0x7f;
}

export function readMessage(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...bytes.subarray(0, end < 0 ? bytes.length : end));
}
