import type { DemoCatalogue } from '../app/pages.ts';
import type { Texts } from './texts.ts';

interface Named {
  readonly name: string;
  readonly title: string | null;
  readonly unit?: string | null;
  readonly codebook?: Readonly<Record<string, string>> | null;
}

/** Names for people of variables, codes and units: our own text where we have one in the reader's language, else the panel's. */
export interface Vocabulary {
  variable(variable: Named): string;
  unit(variable: Named): string;
  code(variable: Named, code: string | null): string;
  collective(id: string): string;
}

export function vocabularyIn({ find, t }: Texts, demo: DemoCatalogue | null): Vocabulary {
  return {
    variable: ({ name, title }) => find(`vocabulary.variable.${name}`) ?? title ?? name.replaceAll('_', ' '),
    unit: ({ unit }) =>
      unit === null || unit === undefined ? '' : (find(`vocabulary.unit.${unit.replaceAll(/[ .,]+/g, '-')}`) ?? unit),
    code: ({ name, codebook }, code) =>
      code === null
        ? t('page.collective.unknown-group')
        : (find(`vocabulary.code.${name}.${code}`) ?? codebook?.[code] ?? code.replaceAll('_', ' ')),
    collective: (id) => demo?.collectives.find((collective) => collective.id === id)?.name ?? id,
  };
}
