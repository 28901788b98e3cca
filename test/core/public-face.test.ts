import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../src/core/', import.meta.url).pathname;

/**
 * Files whose functions are parts of a stage: somebody who carries out a study calls the stage. A function documented with
 * `@param` stands in index.ts or in one of these files (docs/decisions/0080-public-faces.md).
 */
const internal = [
  // fits, covariances and counts inside propensity, weighting and effects
  'effects/arm-variances.ts',
  'effects/level-sensitivity.ts',
  'effects/point-estimate.ts',
  'effects/robust-covariance.ts',
  'effects/shared-partners.ts',
  'effects/treatment-by-cluster.ts',
  'if-possible.ts',
  'effects/study-balance.ts',
  'matching/rows-of-units.ts',
  'panel/refuse-other-than-zero-one.ts',
  'matching/caliper-line.ts',
  'matching/greedy-rounds.ts',
  'matching/variable-ratio.ts',
  'propensity/independent-columns.ts',
  'weighting/balancing-score.ts',
  'weighting/concave-newton.ts',
  'weighting/entropy-balancing.ts',
  'weighting/inverse-probability.ts',
  'weighting/name-columns.ts',
  // parts of difference-in-differences
  'panel-models/cohorts.ts',
  'panel-models/simultaneous-band.ts',
  // searches inside the minimisation
  'qca/bit-counters.ts',
  'qca/binomial-tail.ts', // the tail for a truth table; the public one stands in stats
  'qca/cover-blocks.ts',
  'qca/describe-solutions.ts',
  'qca/indirect-calibration.ts',
  'qca/irredundant-covers.ts',
  'qca/minimal-models.ts',
  'qca/prime-implicants.ts',
  'qca/row-groups.ts',
  'qca/row-sums.ts',
  'qca/two-step.ts', // asked for with `analyseQca`
  // parts of training and of an answer
  'recommend/acceptable-calibration.ts',
  'recommend/average-models.ts',
  'recommend/between-experiment-variance.ts',
  'recommend/boosted-trees.ts',
  'recommend/conformal-reach.ts',
  'recommend/effect-belief.ts',
  'recommend/grouped-folds.ts',
  'recommend/not-dominated.ts',
  'recommend/paired-gain.ts',
  'recommend/penalised-least-squares.ts',
  'recommend/pilot-size.ts',
  'recommend/permuted-tables.ts',
  'recommend/region-reach.ts',
  'recommend/search-mixes.ts',
  'recommend/ridge-model.ts',
  'recommend/set-features.ts',
  'recommend/support-of-goals.ts',
  'recommend/sparse-coefficients.ts',
  // numerical parts
  'random/gamma-variate.ts',
  'random/philox.ts',
  'stats/argsort.ts',
  'stats/incomplete-beta.ts',
];
/** Single functions beside public ones in the same file. */
const parts = ['constantWithinUnits', 'factorCodes', 'uniqueCoverages', 'fitSetModel'];

interface Documented {
  readonly file: string;
  readonly name: string;
  readonly hasParam: boolean;
  /** names of types in its parameters and result */
  readonly types: readonly string[];
}

function documentedFunctions(): Documented[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const source = ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true);
    return source.statements.filter(ts.isFunctionDeclaration).flatMap((node): Documented[] => {
      if (!node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
      const types: string[] = [];
      const visit = (child: ts.Node): void => {
        if (ts.isTypeReferenceNode(child)) types.push(child.typeName.getText());
        ts.forEachChild(child, visit);
      };
      for (const part of [...node.parameters, node.type]) if (part) visit(part);
      const hasParam = ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'param');
      return [{ file: relative('.', file), name: node.name!.text, hasParam, types }];
    });
  });
}

const functions = documentedFunctions();
const index = readFileSync(join(folder, 'index.ts'), 'utf8');
/** `file name` of what index.ts lists, types too. */
const entries = ts
  .createSourceFile('index.ts', index, ts.ScriptTarget.Latest, true)
  .statements.filter(ts.isExportDeclaration)
  .flatMap(({ exportClause, moduleSpecifier }) =>
    exportClause && ts.isNamedExports(exportClause)
      ? exportClause.elements.map(
          ({ propertyName, name }) =>
            `${(moduleSpecifier as ts.StringLiteral).text.slice(2)} ${(propertyName ?? name).text}`,
        )
      : [],
  );
const isListed = ({ file, name }: Pick<Documented, 'file' | 'name'>) => entries.includes(`${file} ${name}`);
const listedNames = new Set(entries.map((entry) => entry.split(' ')[1]!));

describe('the public face of the core', () => {
  it('lists every documented function, or a reader finds here that it is a part of a stage', () => {
    const missing = functions.filter(
      (known) => known.hasParam && !isListed(known) && !internal.includes(known.file) && !parts.includes(known.name),
    );
    expect(
      missing.map(({ file, name }) => `${file} ${name}: name it in src/core/index.ts or among the internal files`),
    ).toEqual([]);
  });

  it('keeps no entry of what is gone, or of what has become public', () => {
    const hidden = functions.filter((known) => known.hasParam && !isListed(known));
    expect(internal.filter((file) => !hidden.some((known) => known.file === file))).toEqual([]);
    expect(parts.filter((name) => !hidden.some((known) => known.name === name))).toEqual([]);
  });

  it('lists the records that its functions take and give', () => {
    const exported = new Set(
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .flatMap((file) =>
          [...readFileSync(join(folder, file), 'utf8').matchAll(/^export (?:interface|type) (\w+)/gm)].map(
            (match) => match[1]!,
          ),
        ),
    );
    const unnamed = functions
      .filter(isListed)
      .flatMap(({ name, types }) =>
        types.filter((type) => exported.has(type) && !listedNames.has(type)).map((type) => `${type} of ${name}`),
      );
    expect(unnamed).toEqual([]);
  });

  it('lists everything by name', () => {
    expect(index).not.toMatch(/export \*/);
  });
});
