import type { DesignRequest } from '../../app/analyses/study-design.ts';
import { AppError } from '../../app/errors.ts';
import type { CommandContext, OptionSpec } from '../command.ts';

/** Options that make the design of a study; which of them a method takes, the contract says. */
export const designOptions = {
  method: {
    type: 'string',
    placeholder:
      'nearest|optimal|full|two-level|subclassification|exact|coarsened-exact|cardinality|inverse-probability|entropy-balancing|balancing-score',
  },
  distance: {
    type: 'string',
    placeholder: 'linear-predictor|probability|mahalanobis|robust-mahalanobis|scaled-euclidean',
  },
  link: { type: 'string', placeholder: 'logit|probit|cloglog' },
  penalty: { type: 'string', placeholder: 'firth|ridge:STRENGTH' },
  within: { type: 'string', placeholder: 'TERM,…' },
  order: { type: 'string', placeholder: 'largest|smallest|data|random|closest' },
  ratio: { type: 'string', placeholder: '1' },
  'variable-ratio': { type: 'string', placeholder: '1..5' },
  'with-replacement': { type: 'boolean' },
  'maximum-reuse': { type: 'string', placeholder: '1' },
  caliper: { type: 'string', placeholder: '0.2|none|VARIABLE:WIDTH|VARIABLE:WIDTHsd', multiple: true },
  exact: { type: 'string', placeholder: 'VARIABLE,…' },
  'anti-exact': { type: 'string', placeholder: 'VARIABLE,…' },
  collective: { type: 'string', placeholder: 'VARIABLE' },
  prefer: { type: 'string', placeholder: 'VARIABLE:PENALTY' },
  discard: { type: 'string', placeholder: 'none|both|treated|control' },
  reestimate: { type: 'boolean' },
  subclasses: { type: 'string', placeholder: '5' },
  coarsen: {
    type: 'string',
    placeholder: 'VARIABLE|VARIABLE:BINS|VARIABLE:sturges|VARIABLE:qBINS|VARIABLE:CUT/CUT',
    multiple: true,
  },
  tolerance: { type: 'string', placeholder: '0.05' },
  nodes: { type: 'string', placeholder: '10000' },
  stabilized: { type: 'boolean' },
  trim: { type: 'string', placeholder: '0.1' },
  moments: { type: 'string', placeholder: '1|2|3' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** `a, b^2` to its terms; null stays null. */
export const terms = (text: string | null): readonly string[] | null =>
  text?.split(',').map((part) => part.trim()) ?? null;

/** What the options say of a design, as it stands: fields that do not belong to the method are refused by the contract. */
export function designOf(context: CommandContext): DesignRequest | null {
  const { text, number, flag, list } = context;
  if (flag('with-replacement') && text('maximum-reuse') !== null) {
    throw new AppError('invalid-request', 'Give --with-replacement or --maximum-reuse, not both.');
  }
  const method = text('method') ?? 'nearest';
  const fields = {
    distance: distanceOf(context, method),
    // A weighting has no distance: the link of its model stands in the design itself.
    link: takesDistance(method) ? null : text('link'),
    penalty: takesDistance(method) ? null : penaltyOf(text('penalty')),
    order: text('order'),
    ratio: number('ratio'),
    variableRatio: variableRatio(text('variable-ratio')),
    calipers: list('caliper').length === 0 ? null : list('caliper').flatMap(toCaliper),
    exact: terms(text('exact')),
    antiExact: terms(text('anti-exact')),
    collective: text('collective'),
    prefer: preference(text('prefer')),
    discard: text('discard'),
    reestimate: flag('reestimate') || null,
    subclasses: number('subclasses'),
    coarsening: list('coarsen').length === 0 ? null : list('coarsen').map(toCoarsening),
    tolerance: number('tolerance'),
    nodes: number('nodes'),
    stabilized: flag('stabilized') || null,
    trim: number('trim'),
    moments: number('moments'),
    maximumReuse: number('maximum-reuse'),
  };
  const given = Object.entries(fields).filter(([, value]) => value !== null);
  if (flag('with-replacement')) given.push(['maximumReuse', null]);
  if (given.length === 0 && text('method') === null) return null;
  return { method, ...Object.fromEntries(given) } as DesignRequest;
}

const takesDistance = (method: string): boolean =>
  method !== 'inverse-probability' && method !== 'entropy-balancing' && method !== 'balancing-score';

function distanceOf({ text }: CommandContext, method: string): object | null {
  const distance = text('distance');
  const within = terms(text('within'));
  const [link, penalty] = takesDistance(method) ? [text('link'), penaltyOf(text('penalty'))] : [null, null];
  if (distance === null && within === null && link === null && penalty === null) return null;
  const given = Object.entries({ link, penalty, within }).filter(([, value]) => value !== null);
  const isScore = distance === null || distance === 'linear-predictor' || distance === 'probability';
  return {
    type: isScore ? 'propensity-score' : distance,
    ...(isScore && distance !== null ? { scale: distance } : {}),
    ...Object.fromEntries(given),
  };
}

function penaltyOf(words: string | null): object | null {
  if (words === null) return null;
  if (words === 'firth') return { type: 'firth' };
  const strength = Number(/^ridge:(.+)$/.exec(words)?.[1]);
  if (strength > 0) return { type: 'ridge', strength };
  throw new AppError(
    'invalid-request',
    `--penalty takes firth or ridge:STRENGTH, such as ridge:1; received "${words}".`,
    { received: words },
  );
}

/** `0.2`: standard deviations of the score; `none`: no caliper; `age:5`: 5 years; `age:0.5sd`: half its deviation. */
function toCaliper(words: string): { on: string; width: number; unit: 'sd' | 'raw' }[] {
  if (words === 'none') return [];
  const at = words.lastIndexOf(':');
  const rule = words.slice(at + 1);
  const width = Number(rule.replace(/sd$/, ''));
  if (rule.trim() === '' || !(width >= 0)) {
    throw new AppError(
      'invalid-request',
      `--caliper takes a width in standard deviations of the score (0.2), none, VARIABLE:WIDTH, or VARIABLE:WIDTHsd; received "${words}".`,
      { received: words },
    );
  }
  const unit = at < 0 || rule.endsWith('sd') ? 'sd' : 'raw';
  return [{ on: at < 0 ? 'distance' : words.slice(0, at), width, unit }];
}

function variableRatio(words: string | null): { minimum: number; maximum: number } | null {
  if (words === null) return null;
  const [minimum, maximum] = words.split('..').map(Number);
  if (Number.isInteger(minimum) && Number.isInteger(maximum)) return { minimum: minimum!, maximum: maximum! };
  throw new AppError(
    'invalid-request',
    `--variable-ratio takes a least and a largest number, such as 1..5; received "${words}".`,
    { received: words },
  );
}

function preference(words: string | null): { variable: string; penalty: number } | null {
  if (words === null) return null;
  const at = words.lastIndexOf(':');
  const penalty = Number(words.slice(at + 1));
  if (at > 0 && words.length > at + 1 && penalty >= 0) return { variable: words.slice(0, at), penalty };
  throw new AppError(
    'invalid-request',
    `--prefer takes VARIABLE:PENALTY, the penalty in units of the distance; received "${words}".`,
    { received: words },
  );
}

/** `age` on its values, `age:5` in five bins, `age:sturges`, `age:q4` at quartiles, `age:30/65` at 30 and 65. */
function toCoarsening(words: string): object {
  const at = words.lastIndexOf(':');
  if (at < 0) return { variable: words, cut: null };
  const variable = words.slice(0, at);
  const rule = words.slice(at + 1);
  if (rule === 'sturges') return { variable, cut: { bins: rule } };
  if (/^q\d+$/.test(rule)) return { variable, cut: { quantileBins: Number(rule.slice(1)) } };
  const numbers = rule.split('/').map(Number);
  if (rule !== '' && numbers.every(Number.isFinite)) {
    return { variable, cut: /^\d+$/.test(rule) ? { bins: numbers[0] } : { cutPoints: numbers } };
  }
  throw new AppError(
    'invalid-request',
    `--coarsen takes VARIABLE (its values), VARIABLE:5 (bins), VARIABLE:sturges, VARIABLE:q4 (quantiles) or VARIABLE:30/65 (cut points); received "${words}".`,
    { received: words },
  );
}
