import { CoreError } from '../errors.ts';
import type { ModelTerm } from './model-terms.ts';

/**
 * A model term from its text: `income`, `age^2`, `log(gas)`, `log1p(income)`, `a:b` for a product. A text that is the name
 * of a variable is that variable, whatever characters it holds.
 *
 * @param isVariable whether a name is one of the data's variables
 * @throws unknown-variable where a part is neither
 */
export function parseTerm(text: string, isVariable: (name: string) => boolean): ModelTerm {
  const trimmed = text.trim();
  if (isVariable(trimmed)) return { variable: trimmed };
  for (let at = trimmed.indexOf(':'); at > 0; at = trimmed.indexOf(':', at + 1)) {
    const left = attempt(trimmed.slice(0, at), isVariable);
    const right = attempt(trimmed.slice(at + 1), isVariable);
    if (left !== null && right !== null) return { product: [left, right] };
  }
  const simple = parseSimple(trimmed, isVariable);
  if (simple !== null) return simple;
  throw new CoreError(
    'unknown-variable',
    `"${text}" is no variable and no term of one. Write a variable, variable^2, log(variable), log1p(variable) or a product a:b.`,
    { variable: text },
  );
}

function attempt(text: string, isVariable: (name: string) => boolean): ModelTerm | null {
  try {
    return parseTerm(text, isVariable);
  } catch {
    return null;
  }
}

function parseSimple(text: string, isVariable: (name: string) => boolean): ModelTerm | null {
  const raised = /^(.*)\^([1-9])$/.exec(text);
  const power = raised ? { power: Number(raised[2]) } : {};
  const inner = raised ? raised[1]! : text;
  if (isVariable(inner)) return { variable: inner, ...power };
  const call = /^(log|log1p)\((.*)\)$/.exec(inner);
  if (call && isVariable(call[2]!)) return { variable: call[2]!, transform: call[1] as 'log' | 'log1p', ...power };
  return null;
}
