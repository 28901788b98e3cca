import { CoreError } from '../errors.ts';
import type { RandomStream } from './random-stream.ts';

/**
 * A draw of the gamma distribution with scale 1, by rejection from a cubed normal; shapes below 1 are boosted.
 *
 * @param shape > 0, finite
 * @throws invalid-argument
 * Cost: about one normal and one uniform. Source: Marsaglia and Tsang 2000, doi:10.1145/358407.358414.
 */
export function gammaVariate(random: RandomStream, shape: number): number {
  if (!(shape > 0 && Number.isFinite(shape))) {
    throw new CoreError(
      'invalid-argument',
      `Received ${shape} as the shape of a gamma draw; expected a finite number above 0.`,
      {
        received: shape,
      },
    );
  }
  const boost = shape < 1 ? random.uniform() ** (1 / shape) : 1;
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = random.normal();
    const root = 1 + c * z;
    if (root <= 0) continue;
    const v = root ** 3;
    if (Math.log(random.uniform()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v * boost;
  }
}
