import { AppError } from '../app/errors.ts';

/** `a=1,b=2` as a record. @throws invalid-request for a part that is no NAME=NUMBER, or a name that comes twice */
export function numberPairs(option: string, list: readonly string[]): Record<string, number> {
  const pairs = new Map<string, number>();
  for (const pair of list) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, at)).trim();
    const text = pair.slice(at + 1).trim();
    const value = Number(text);
    if (name === '' || text === '' || !Number.isFinite(value)) {
      throw new AppError(
        'invalid-request',
        `--${option} holds "${pair}"; expected NAME=NUMBER, such as mean_income=27.5.`,
      );
    }
    if (pairs.has(name)) {
      throw new AppError(
        'invalid-request',
        `--${option} says ${name} twice, ${pairs.get(name)} and ${value}; expected one of them.`,
      );
    }
    pairs.set(name, value);
  }
  return Object.fromEntries(pairs);
}
