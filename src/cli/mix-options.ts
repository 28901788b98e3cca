import type { Command, CommandContext } from './command.ts';
import { numberPairs } from './number-pairs.ts';

/** Which mixes, by which goals, by which model. */
export const mixOptions: Command['options'] = {
  goals: { type: 'string', placeholder: 'KPI=WEIGHT,…' },
  budget: { type: 'string', placeholder: 'EURO' },
  'maximum-size': { type: 'string', placeholder: 'N' },
  require: { type: 'string', placeholder: 'BLOCK,…' },
  exclude: { type: 'string', placeholder: 'BLOCK,…' },
  count: { type: 'string', placeholder: 'N' },
  model: { type: 'string', placeholder: 'NAME' },
  version: { type: 'string', placeholder: 'N' },
};

/** What these options say. */
export const mixEntries = ({ text, number, list }: CommandContext) => {
  const orNull = (name: string) => (list(name).length > 0 ? list(name) : null);
  const goals = orNull('goals');
  return {
    goals: goals && numberPairs('goals', goals),
    budget: number('budget'),
    maximumSize: number('maximum-size'),
    required: orNull('require'),
    excluded: orNull('exclude'),
    count: number('count'),
    model: text('model'),
    version: number('version'),
  };
};
