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
  /** inside a sentence */
  variable(variable: Named): string;
  /** as a label or at the start of a sentence: with a capital */
  label(variable: Named): string;
  unit(variable: Named): string;
  code(variable: Named, code: string | null): string;
  collective(id: string): string;
  block(id: string): string;
  grade(code: string): string;
}

export function vocabularyIn({ find, t }: Texts, demo: DemoCatalogue | null): Vocabulary {
  const variable = ({ name, title }: Named) =>
    find(`vocabulary.variable.${name}`) ?? find(`vocabulary.block.${name}`) ?? title ?? name.replaceAll('_', ' ');
  return {
    variable,
    label: (named) => capital(variable(named)),
    unit: ({ unit }) =>
      unit === null || unit === undefined ? '' : (find(`vocabulary.unit.${unit.replaceAll(/[ .,]+/g, '-')}`) ?? unit),
    code: ({ name, codebook }, code) =>
      code === null
        ? t('page.collective.unknown-group')
        : (find(`vocabulary.code.${name}.${code}`) ?? codebook?.[code] ?? code.replaceAll('_', ' ')),
    block: (id) => find(`vocabulary.block.${id}`) ?? id.replaceAll('-', ' '),
    grade: (code) => find(`vocabulary.grade.${code}`) ?? code,
    collective: (id) => demo?.collectives.find((collective) => collective.id === id)?.name ?? id,
  };
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
