import type { WarmStartForm, WarmStartInput } from './warm-start-view.ts';

/** What the reader sent: the input where it can be read, and what cannot be, by field. */
export interface WarmStartQuestion {
  readonly asked: boolean;
  readonly typed: Readonly<Record<string, string>>;
  readonly unknown: readonly string[];
  readonly problems: Readonly<Record<string, string>>;
  readonly input: WarmStartInput;
}

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
    const value = Number(text.replace(/\s/g, '').replace(',', '.'));
    if (Number.isFinite(value)) return value;
    problems[name] = text;
    return null;
  };
  const ticked = query.getAll('unknown');
  const asked = query.has('ask');
  const context = Object.fromEntries(
    form.fields.map(({ name }) => {
      const value = read(name);
      return [name, ticked.includes(name) ? null : value];
    }),
  );
  const budget = read('budget');
  const goal = query.get('goal') ?? form.goals[0] ?? '';
  const chosen = (choice: string) =>
    form.blocks.map(({ id }) => id).filter((id) => query.get(`block-${id}`) === choice);
  return {
    asked,
    typed,
    problems,
    unknown: asked ? Object.keys(context).filter((name) => context[name] === null && problems[name] === undefined) : [],
    input: { context, goal, budget, required: chosen('must'), excluded: chosen('not') },
  };
}
