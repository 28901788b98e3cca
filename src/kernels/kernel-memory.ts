import { CoreError } from '../core/errors.ts';

const pageBytes = 65_536;
/** Four gigabytes: all that 32-bit WebAssembly can address. */
const maximalPages = 65_536;
/** Below lies the static data of the module. */
const firstAddress = 2 * pageBytes;
const alignment = 64;
/** Kernels may read (never write) a few numbers past the end of a buffer. */
const guardBytes = 64;

/**
 * The shared memory of one set of kernels, and which parts of it are in use (first fit, neighbours joined).
 * Growing never invalidates a view: a shared memory keeps its address, older views stay valid.
 */
export class KernelMemory {
  readonly memory: WebAssembly.Memory;
  readonly #maximalBytes: number;
  /** Free ranges [start, end) in ascending order. */
  readonly #free: { start: number; end: number }[];
  readonly #used = new Map<number, number>();
  /** Every object under which this memory was seen; the runtime makes a new one at some time after growing. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  /** No address from here on was ever handed out, so all is still zero. */
  #untouched = firstAddress;

  constructor(maximalBytes = maximalPages * pageBytes) {
    const initial = 32;
    const maximum = Math.max(initial, Math.min(maximalPages, Math.floor(maximalBytes / pageBytes)));
    this.#maximalBytes = maximum * pageBytes;
    this.memory = new WebAssembly.Memory({ initial, maximum, shared: true });
    this.#free = [{ start: firstAddress, end: initial * pageBytes }];
  }

  /** Whether a view lies in this memory, so that its `byteOffset` is an address. */
  holds(view: ArrayBufferView): boolean {
    return view.buffer === this.#buffer() || this.#buffers.has(view.buffer);
  }

  #buffer(): SharedArrayBuffer {
    const buffer = this.memory.buffer;
    this.#buffers.add(buffer);
    return buffer;
  }

  /** Address of `bytes` unused bytes, aligned to 64; their content is arbitrary. @throws limit-exceeded */
  reserve(bytes: number): number {
    const size = Math.ceil((bytes + guardBytes) / alignment) * alignment;
    let at = this.#free.findIndex((range) => range.end - range.start >= size);
    if (at < 0) {
      this.#grow(size);
      at = this.#free.findIndex((range) => range.end - range.start >= size);
    }
    const range = this.#free[at]!;
    const address = range.start;
    range.start += size;
    if (range.start === range.end) this.#free.splice(at, 1);
    this.#used.set(address, size);
    this.#untouched = Math.max(this.#untouched, range.start);
    return address;
  }

  /** As `reserve`, for a buffer of zeros. */
  allocate(length: number): Float64Array {
    const untouched = this.#untouched;
    const buffer = this.doubles(this.reserve(length * 8), length);
    const used = Math.min(length, Math.max(0, Math.ceil((untouched - buffer.byteOffset) / 8)));
    buffer.fill(0, 0, used);
    return buffer;
  }

  /** Gives back what `reserve` gave. @throws invalid-argument for an address that is not in use */
  release(address: number): void {
    const size = this.#used.get(address);
    if (size === undefined)
      throw new CoreError(
        'invalid-argument',
        `No buffer in use starts at address ${address}; release a buffer once, and the buffer itself rather than a part.`,
        { address },
      );
    this.#used.delete(address);
    const end = address + size;
    let at = this.#free.findIndex((range) => range.start > address);
    if (at < 0) at = this.#free.length;
    const before = this.#free[at - 1];
    const after = this.#free[at];
    if (before?.end === address) {
      before.end = end;
      if (after?.start !== end) return;
      before.end = after.end;
      this.#free.splice(at, 1);
    } else if (after?.start === end) after.start = address;
    else this.#free.splice(at, 0, { start: address, end });
  }

  doubles(address: number, length: number): Float64Array {
    return new Float64Array(this.#buffer(), address, length);
  }

  integers(address: number, length: number): Int32Array {
    return new Int32Array(this.#buffer(), address, length);
  }

  #grow(size: number): void {
    const end = this.memory.buffer.byteLength;
    const last = this.#free.at(-1);
    const open = last?.end === end ? last : null;
    const missing = size - (open === null ? 0 : open.end - open.start);
    const refuse = (cause?: unknown): CoreError =>
      new CoreError(
        'limit-exceeded',
        `The kernels need ${size} bytes more than the ${end} they hold, and may hold at most ${this.#maximalBytes}. Give fewer rows or columns at a time, or release buffers that are no longer used.`,
        { bytes: size, limit: this.#maximalBytes },
        { cause },
      );
    if (end + missing > this.#maximalBytes) throw refuse();
    // A quarter more than asked for, so that many small requests grow it seldom.
    const bytes = Math.min(Math.max(missing, end / 4), this.#maximalBytes - end);
    try {
      this.memory.grow(Math.ceil(bytes / pageBytes));
    } catch (cause) {
      throw refuse(cause);
    }
    const newEnd = this.memory.buffer.byteLength;
    if (open !== null) open.end = newEnd;
    else this.#free.push({ start: end, end: newEnd });
  }
}
