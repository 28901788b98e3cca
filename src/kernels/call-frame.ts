import type { KernelMemory } from './kernel-memory.ts';

/**
 * The arrays of one kernel call, as addresses: arrays inside the kernels' memory are used where they are, others are
 * copied in, and outputs among them copied out at the end. `close` gives all temporary memory back.
 */
export class CallFrame {
  readonly #memory: KernelMemory;
  readonly #temporary: number[] = [];
  readonly #copyOut: (() => void)[] = [];

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  /** Temporary bytes with arbitrary content. */
  reserve(bytes: number): number {
    const address = this.#memory.reserve(bytes);
    this.#temporary.push(address);
    return address;
  }

  /** Address of an input; 0 for null. */
  input(values: Float64Array | null): number {
    if (values === null) return 0;
    if (this.#memory.holds(values)) return values.byteOffset;
    const address = this.reserve(values.byteLength);
    this.#memory.doubles(address, values.length).set(values);
    return address;
  }

  /** Address of an output of `length` numbers; 0 for null. `filled` takes what it holds along. */
  output(values: Float64Array | null, length: number, filled = false): number {
    if (values === null) return 0;
    if (this.#memory.holds(values)) return values.byteOffset;
    const address = this.reserve(length * 8);
    const inside = this.#memory.doubles(address, length);
    if (filled) inside.set(values.subarray(0, length));
    this.#copyOut.push(() => values.set(inside));
    return address;
  }

  integerOutput(values: Int32Array, length: number): number {
    if (this.#memory.holds(values)) return values.byteOffset;
    const address = this.reserve(length * 4);
    const inside = this.#memory.integers(address, length);
    this.#copyOut.push(() => values.set(inside));
    return address;
  }

  /** Copies outputs to their arrays; call once all kernels of this call have run. */
  copyOut(): void {
    for (const copy of this.#copyOut) copy();
  }

  close(): void {
    for (const address of this.#temporary) this.#memory.release(address);
  }
}
