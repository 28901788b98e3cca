import { AppError } from '../app/errors.ts';

/** `a=1,b=2` as a record. @throws invalid-request for a part that is no NAME=NUMBER */
export function numberPairs(option: string, list: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    list.map((pair) => {
      const at = pair.indexOf('=');
      const value = Number(pair.slice(at + 1));
      if (at > 0 && pair.slice(at + 1).trim() !== '' && Number.isFinite(value))
        return [pair.slice(0, at).trim(), value];
      throw new AppError(
        'invalid-request',
        `--${option} holds "${pair}"; expected NAME=NUMBER, such as mean_income=27.5.`,
      );
    }),
  );
}
