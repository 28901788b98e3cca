import { CoreError } from '../errors.ts';
import { type NumberColumn, valueStatus } from './columns.ts';

/**
 * Refuses a treatment that is not coded as 0 and 1.
 *
 * @param treatment by row; @param unitIndex unit of each row; @param variable its name, where known
 * @throws invalid-argument where an observed value is neither 0 nor 1: how many units hold one (`count`), the first value
 *   (`received`) and the first units (`units`, ids)
 * Cost: one pass.
 */
export function refuseOtherThanZeroOne(
  treatment: NumberColumn,
  unitIndex: ArrayLike<number>,
  unitIds: readonly string[],
  variable: string | null = null,
): void {
  const units = new Set<number>();
  let received: number | null = null;
  for (let row = 0; row < treatment.values.length; row++) {
    const value = treatment.values[row]!;
    if (treatment.status[row] !== valueStatus.observed || value === 0 || value === 1) continue;
    received ??= value;
    units.add(unitIndex[row]!);
  }
  if (received === null) return;
  const first = [...units].slice(0, 5).map((unit) => unitIds[unit]!);
  throw new CoreError(
    'invalid-argument',
    `The treatment${variable === null ? '' : ` "${variable}"`} must be 0 or 1; ${units.size} of ${unitIds.length} units hold another value, such as ${received}. Say which value means treated (\`treatedLevel\`), or choose another treatment. First units: ${first.join(', ')}.`,
    { ...(variable !== null && { variable }), received, count: units.size, units: first },
  );
}
