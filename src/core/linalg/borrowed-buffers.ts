import { CoreError } from '../errors.ts';
import type { MatrixKernels } from './matrix-kernels.ts';

/** Buffers inside the memory of kernels for the time of one computation: nothing is copied in and out at each pass. */
export class BorrowedBuffers {
  readonly #kernels: MatrixKernels;
  readonly #buffers: Float64Array[] = [];

  constructor(kernels: MatrixKernels) {
    this.#kernels = kernels;
  }

  /** Zeros; outside that memory where it is full, which is slower and gives the same numbers. */
  take(length: number): Float64Array {
    try {
      const buffer = this.#kernels.allocate(length);
      this.#buffers.push(buffer);
      return buffer;
    } catch (error) {
      if (error instanceof CoreError && error.code === 'limit-exceeded') return new Float64Array(length);
      throw error;
    }
  }

  giveBack(): void {
    for (const buffer of this.#buffers.splice(0)) this.#kernels.release(buffer);
  }
}
