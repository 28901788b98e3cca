import type { Texts } from '../texts.ts';

/** A share with three decimals; a dash where there is none, and the word for it where it is withheld. */
export const decimals = (value: number | null, withheld: string | null, { number, t }: Texts): string =>
  withheld !== null ? t('cli.withheld') : value === null ? '–' : number(value, 3);
