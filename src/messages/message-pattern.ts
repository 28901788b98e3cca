/**
 * The part of ICU MessageFormat that our texts use, parsed to plain records:
 * `{name}`, `{name, number, 2}` (decimals), `{name, percent}`, `{name, percent, 1}`, `{name, euros}`, `{name, wave}`,
 * `{name, date}`, `{name, plural, one {…} other {…}}` (`#` is the number), `{name, select, a {…} other {…}}`.
 * There is no quoting: a text that needs a brace takes it as a parameter.
 */
export type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'count' }
  | {
      readonly type: 'value';
      readonly name: string;
      readonly style: ValueStyle | null;
      readonly decimals: number | null;
    }
  | {
      readonly type: 'choice';
      readonly name: string;
      readonly kind: 'plural' | 'select';
      readonly cases: ReadonlyMap<string, readonly Part[]>;
    };

const valueStyles = ['number', 'percent', 'euros', 'wave', 'date'] as const;
export type ValueStyle = (typeof valueStyles)[number];

export function parsePattern(pattern: string): readonly Part[] {
  let at = 0;

  const fail = (expected: string): never => {
    throw new Error(`In the text "${pattern}" at position ${at}: expected ${expected}.`);
  };
  const skip = () => {
    while (pattern[at] === ' ') at++;
  };
  const word = (): string => {
    skip();
    const found = /^[A-Za-z0-9_-]+/.exec(pattern.slice(at))?.[0] ?? fail('a name');
    at += found.length;
    skip();
    return found;
  };
  const take = (sign: string) => {
    if (pattern[at] !== sign) fail(`"${sign}"`);
    at++;
  };

  function parts(inPlural: boolean, nested: boolean): readonly Part[] {
    const found: Part[] = [];
    let text = '';
    const flush = () => {
      if (text !== '') found.push({ type: 'text', text });
      text = '';
    };
    while (at < pattern.length && !(nested && pattern[at] === '}')) {
      const sign = pattern[at]!;
      if (sign === '{') {
        flush();
        found.push(placeholder());
      } else if (sign === '}') {
        fail('no closing brace here');
      } else if (sign === '#' && inPlural) {
        flush();
        found.push({ type: 'count' });
        at++;
      } else {
        text += sign;
        at++;
      }
    }
    flush();
    return found;
  }

  function placeholder(): Part {
    take('{');
    const name = word();
    if (pattern[at] === '}') {
      at++;
      return { type: 'value', name, style: null, decimals: null };
    }
    take(',');
    const kind = word();
    if (kind === 'plural' || kind === 'select') {
      take(',');
      skip();
      const cases = new Map<string, readonly Part[]>();
      while (pattern[at] !== '}') {
        const key = word();
        take('{');
        cases.set(key, parts(kind === 'plural', true));
        take('}');
        skip();
      }
      take('}');
      if (!cases.has('other')) fail('a case named "other"');
      return { type: 'choice', name, kind, cases };
    }
    const style =
      valueStyles.find((known) => known === kind) ?? fail(`one of ${valueStyles.join(', ')}, plural, select`);
    let decimals: number | null = null;
    if (pattern[at] === ',') {
      at++;
      decimals = Number(word());
      if (!Number.isInteger(decimals)) fail('a whole number of decimals');
    }
    take('}');
    return { type: 'value', name, style, decimals };
  }

  return parts(false, false);
}

/** The names of all placeholders of a text, sorted; both languages must have the same ones. */
export function placeholders(pattern: string): readonly string[] {
  const names = new Set<string>();
  const visit = (parts: readonly Part[]) => {
    for (const part of parts) {
      if (part.type === 'value' || part.type === 'choice') names.add(part.name);
      if (part.type === 'choice') for (const inner of part.cases.values()) visit(inner);
    }
  };
  visit(parsePattern(pattern));
  return [...names].sort();
}
