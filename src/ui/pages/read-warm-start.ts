import type { WarmStartForm } from './warm-start-view.ts';

/** What the reader sent: the input where it can be read, and what cannot be, by field. */
export interface WarmStartQuestion {
  readonly asked: boolean;
  readonly typed: Readonly<Record<string, string>>;
  /** fields ticked as "I don't know" */
  readonly unknown: readonly string[];
  readonly problems: Readonly<Record<string, string>>;
  readonly weights: Readonly<Record<string, number>>;
  readonly input: WarmStartInput;
}

/** A recommendation request without what is left to its defaults. */
export interface WarmStartInput {
  readonly neighbourhood?: string;
  readonly context: Readonly<Record<string, number>>;
  /** weights of the goals that count, heaviest first */
  readonly goals: Readonly<Record<string, number>>;
  readonly budget?: number;
  readonly required?: readonly string[];
  readonly excluded?: readonly string[];
}

/** The choices of a goal's weight in the form: does not count, counts, counts most. */
export const goalWeights = [0, 1, 3] as const;

/**
 * Reads the form from the query. An empty field means "I don't know"; a text that is no number is a problem at its field,
 * and then there is no answer: a misread number must not become one.
 */
export function readWarmStart(form: WarmStartForm, query: URLSearchParams): WarmStartQuestion {
  const typed: Record<string, string> = {};
  const problems: Record<string, string> = {};
  const read = (name: string): number | null => {
    const text = query.get(name)?.trim() ?? '';
    typed[name] = text;
    if (text === '') return null;
    const value = Number(text.replace(',', '.'));
    if (Number.isFinite(value)) return value;
    problems[name] = text;
    return null;
  };
  const unknown = query.getAll('unknown');
  const context = Object.fromEntries(
    form.fields.flatMap(({ name }) => {
      const value = read(name);
      return value === null || unknown.includes(name) ? [] : [[name, value]];
    }),
  );
  const budget = read('budget');
  const weights = Object.fromEntries(
    form.goals.map((kpi, at) => {
      const chosen = Number(query.get(`goal-${kpi}`) ?? (at === 0 ? 3 : 1));
      return [kpi, goalWeights.find((weight) => weight === chosen) ?? 1];
    }),
  );
  const goals = Object.fromEntries(
    Object.entries(weights)
      .filter(([, weight]) => weight > 0)
      .sort(([, a], [, b]) => b - a),
  );
  if (Object.keys(goals).length === 0) problems.goals = '';
  const chosen = (choice: string) =>
    form.blocks.map(({ id }) => id).filter((id) => query.get(`block-${id}`) === choice);
  const required = chosen('must');
  const excluded = chosen('not');
  const neighbourhood = query.get('neighbourhood')?.trim() ?? '';
  typed.neighbourhood = neighbourhood;
  return {
    asked: query.has('ask'),
    typed,
    unknown,
    problems,
    weights,
    input: {
      ...(neighbourhood === '' ? {} : { neighbourhood }),
      context,
      goals,
      ...(budget === null ? {} : { budget }),
      ...(required.length === 0 ? {} : { required }),
      ...(excluded.length === 0 ? {} : { excluded }),
    },
  };
}
