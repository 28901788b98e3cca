import type { QcaBody } from '../app/analyses/qca-body.ts';
import type { ResultOf } from '../app/analyses.ts';
import type { CommandContext } from './command.ts';
import { textTable } from './text-table.ts';

const decimals = (value: number | null): string => (value === null ? '–' : value.toFixed(3));
const areaNames = {
  theory: 'theory',
  solution: 'solution',
  'theory*solution': 'both',
  '~theory*solution': 'solutionOnly',
  'theory*~solution': 'theoryOnly',
  '~theory*~solution': 'neither',
} as const;

/** What was asked for beside the solutions, a text each. */
export function furtherTexts({ body, settings }: ResultOf<'qca'>, context: CommandContext): string[] {
  const { theory, clusters, robustness, twoStep, chain, subsets } = body.further;
  return [
    ...(theory ?? []).map((item) => theoryText(item, settings.theory ?? '', context)),
    clusters === null ? '' : clustersText(clusters, context),
    robustness === null ? '' : robustnessText(robustness, context),
    twoStep === null ? '' : twoStepText(twoStep, body.outcome, context),
    chain === null ? '' : chainText(chain, context),
    subsets === null ? '' : subsetsText(subsets, context),
  ];
}

type Further<K extends keyof QcaBody['further']> = NonNullable<QcaBody['further'][K]>;

function theoryText({ formula, areas }: Further<'theory'>[number], theory: string, { say }: CommandContext): string {
  const table = textTable(
    [
      { title: say('qca.theory.area') },
      { title: say('qca.consistency'), align: 'right' },
      { title: say('qca.coverage'), align: 'right' },
      { title: say('qca.theory.members') },
      { title: say('qca.theory.nonMembers') },
    ],
    areas.map(({ area, consistency, coverage, members, nonMembers }) => [
      say(`qca.theory.${areaNames[area]}`),
      decimals(consistency),
      decimals(coverage),
      members.join(', '),
      nonMembers.join(', '),
    ]),
  );
  return `${say('qca.theory.title', { theory, formula })}\n\n${table.trimEnd()}`;
}

function clustersText(clusters: Further<'clusters'>, { say }: CommandContext): string {
  const labels = clusters[0]?.consistency.between.map(({ label }) => label) ?? [];
  const table = textTable(
    [
      { title: say('qca.set') },
      { title: say('qca.clusters.pooled'), align: 'right' },
      ...labels.map((label) => ({ title: label, align: 'right' as const })),
      { title: say('qca.clusters.betweenDistance'), align: 'right' },
      { title: say('qca.clusters.withinDistance'), align: 'right' },
    ],
    clusters.map(({ text, consistency, betweenDistance, withinDistance }) => [
      text,
      decimals(consistency.pooled),
      ...consistency.between.map(({ value }) => decimals(value)),
      decimals(betweenDistance),
      decimals(withinDistance),
    ]),
  );
  return `${say('qca.clusters.title')} (${say('qca.consistency')})\n\n${table.trimEnd()}`;
}

function robustnessText({ tests, models }: Further<'robustness'>, { say }: CommandContext): string {
  const lines = tests.map(({ kind, cutoff, value, models: found }) => {
    const said = found.length === 0 ? say('qca.robustness.none') : found.join(' | ');
    return `  ${say('qca.robustness.test', { kind, cutoff, value: String(value), models: said })}`;
  });
  const columns = ['coverage', 'consistency', 'smallest', 'largest', 'typical', 'deviant', 'rank'] as const;
  const table = textTable(
    [
      { title: say('qca.set') },
      ...columns.map((name) => ({ title: say(`qca.robustness.${name}`), align: 'right' as const })),
    ],
    models.map((model) => [
      model.formula,
      decimals(model.coverage),
      decimals(model.consistency),
      decimals(model.smallestTestSet),
      decimals(model.largestTestSet),
      decimals(model.typicalRatio),
      decimals(model.deviantRatio),
      String(model.rank),
    ]),
  );
  return `${say('qca.robustness.title')}\n\n${lines.join('\n')}\n\n${table.trimEnd()}`;
}

function twoStepText({ steps }: Further<'twoStep'>, outcome: string, { say }: CommandContext): string {
  const texts = steps.map(({ context, name, solutions }) => {
    const lines = solutions.flatMap(({ kind, models }) =>
      models.map(({ formula }) => `    ${formula} => ${outcome}  (${say(`qca.solution.${kind}`)})`),
    );
    const found = lines.length === 0 ? `    ${say('qca.nothing', { outcome })}` : lines.join('\n');
    return `  ${say('qca.twoStep.context', { name, context })}\n${found}`;
  });
  return `${say('qca.twoStep.title')}\n\n${texts.length === 0 ? `  ${say('qca.twoStep.none')}` : texts.join('\n')}`;
}

function chainText(chain: Further<'chain'>, { say }: CommandContext): string {
  const lines = chain.flatMap(({ outcome, models, complete }) => [
    ...models.map((model) => `  ${model} => ${outcome}`),
    ...(complete ? [] : [`  ${say('qca.chain.cut', { outcome })}`]),
  ]);
  return `${say('qca.chain.title')}\n\n${lines.join('\n')}`;
}

function subsetsText(subsets: Further<'subsets'>, { say }: CommandContext): string {
  const table = textTable(
    [
      { title: say('qca.set') },
      { title: say('qca.consistency'), align: 'right' },
      { title: say('qca.pri'), align: 'right' },
      { title: say('qca.rawCoverage'), align: 'right' },
    ],
    subsets.map(({ text, consistency, pri, rawCoverage }) => [
      text,
      decimals(consistency),
      decimals(pri),
      decimals(rawCoverage),
    ]),
  );
  return `${say('qca.subsets.title')}\n\n${table.trimEnd()}`;
}
