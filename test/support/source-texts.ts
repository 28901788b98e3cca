import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const src = new URL('../../src', import.meta.url).pathname;

/**
 * Every text in the sources, as a pattern that it may take: `stage.${code}` becomes /^stage\..+$/. Texts of nothing but
 * what runs fill in are left out.
 */
export function sourceTexts(): { readonly literals: ReadonlySet<string>; readonly templates: readonly RegExp[] } {
  const literals = new Set<string>();
  const templates = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) literals.add(node.text);
    if (ts.isTemplateExpression(node)) {
      const fixed = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
      if (/^[a-z]/i.test(fixed[0]!) && fixed.every((text) => /^[\w.-]*$/.test(text))) {
        templates.add(`^${fixed.map((text) => text.replaceAll('.', '\\.')).join('.+')}$`);
      }
    }
    ts.forEachChild(node, visit);
  };
  for (const path of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts') || path.startsWith('kernels/assembly')) continue;
    visit(ts.createSourceFile(path, readFileSync(join(src, path), 'utf8'), ts.ScriptTarget.Latest, true));
  }
  return { literals, templates: [...templates].map((pattern) => new RegExp(pattern)) };
}
