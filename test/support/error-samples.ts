import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = new URL('../..', import.meta.url).pathname;

export interface ErrorSample {
  readonly place: string;
  readonly code: string;
  /** the sentence with `…` for what is filled in */
  readonly message: string;
}

/** Every sentence that `new AppError(code, message)` or `new CoreError(…)` in src is written with, each choice of wording apart. */
export function errorSamples(): readonly ErrorSample[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.startsWith('kernels/assembly'))
    .flatMap((path) => samplesOfFile(path));
}

function samplesOfFile(path: string): ErrorSample[] {
  const file = ts.createSourceFile(path, readFileSync(join(root, 'src', path), 'utf8'), ts.ScriptTarget.Latest, true);
  const found: ErrorSample[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && /^(App|Core)Error$/.test(node.expression.getText())) {
      const [code, message] = node.arguments!;
      if (code && message && ts.isStringLiteralLike(code) && !ts.isIdentifier(message)) {
        const { line } = file.getLineAndCharacterOfPosition(node.pos);
        for (const sample of wordings(message)) {
          found.push({ place: `src/${path}:${line + 1}`, code: code.text, message: sample });
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** What an expression may read: every branch of a choice, `…` for what only runs know. */
function wordings(node: ts.Expression): string[] {
  if (ts.isParenthesizedExpression(node)) return wordings(node.expression);
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...wordings(node.whenTrue), ...wordings(node.whenFalse)];
  if (ts.isTemplateExpression(node)) {
    return node.templateSpans.reduce(
      (before, { expression, literal }) =>
        before.flatMap((start) => wordings(expression).map((value) => start + value + literal.text)),
      [node.head.text],
    );
  }
  if (ts.isIdentifier(node)) {
    const value = constantNamed(node);
    return value === null ? ['…'] : wordings(value);
  }
  return ['…'];
}

/** The text or choice of texts that a constant in the same function stands for. */
function constantNamed(name: ts.Identifier): ts.Expression | null {
  for (let scope: ts.Node = name.parent; scope && !ts.isSourceFile(scope); scope = scope.parent) {
    if (!ts.isBlock(scope)) continue;
    for (const statement of scope.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const found = statement.declarationList.declarations.find((one) => one.name.getText() === name.text);
      const value = found?.initializer;
      if (
        value &&
        (ts.isStringLiteralLike(value) || ts.isTemplateExpression(value) || ts.isConditionalExpression(value))
      )
        return value;
    }
  }
  return null;
}
