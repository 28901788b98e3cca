import type { QcaBody } from '../app/analyses/qca-body.ts';
import type { ResultOf } from '../app/analyses.ts';
import { anchorIntervalInWords, cutoffIntervalInWords } from '../messages/intervals-in-words.ts';
import { qcaInWords } from '../messages/qca-in-words.ts';
import type { CommandContext } from './command.ts';
import { furtherTexts } from './qca-further-text.ts';
import { textTable } from './text-table.ts';

/** A QCA for a terminal. */
export function qcaText(result: ResultOf<'qca'>, context: CommandContext): string {
  const { say, language } = context;
  const { body } = result;
  const parts = [
    say('cli.qca.cases-and-conditions', {
      outcome: body.outcome,
      cases: body.caseCount === null ? say('cli.withheld') : new Intl.NumberFormat(language).format(body.caseCount),
      conditions: body.conditions.length,
    }),
    `${say('qca.truthTable')}\n\n${truthTableText(body, context)}`,
    body.withheldRows > 0 ? say('qca.withheld-rows', { count: body.withheldRows }) : '',
    ...solutionTexts(result, context),
    isWithholdingFit(body) ? say('qca.withheld-fit') : '',
    necessityText(result, context),
    ...furtherTexts(result, context),
    result.warnings.map((w) => `! ${say(`warning.${w.code}`, w.parameters)}`).join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const decimals = (value: number | null): string => (value === null ? '–' : value.toFixed(3));

/** Numbers of a line, or for each of them that it is withheld. */
const fitCells = (
  { withheld }: Pick<QcaBody['rows'][number], 'withheld'>,
  values: readonly (number | null)[],
  { say }: CommandContext,
): string[] => values.map((value) => (withheld === null ? decimals(value) : say('cli.withheld')));

const isWithholdingFit = ({ rows, solutions }: QcaBody): boolean =>
  [...rows, ...solutions.flatMap(({ terms, models }) => [...terms, ...models])].some((item) => item.withheld !== null);

function truthTableText({ conditions, rows }: QcaBody, context: CommandContext): string {
  const { say } = context;
  return textTable(
    [
      ...conditions.map(({ name }) => ({ title: name, align: 'right' as const })),
      { title: say('qca.output'), align: 'right' },
      { title: 'n', align: 'right' },
      { title: say('qca.consistency'), align: 'right' },
      { title: say('qca.pri'), align: 'right' },
      { title: say('qca.cases') },
    ],
    rows.map((row) => [
      ...row.configuration.map((level, c) => (conditions[c]!.type === 'temporal' && level === 2 ? '-' : String(level))),
      row.output,
      String(row.n),
      ...fitCells(row, [row.consistency, row.pri], context),
      row.cases.join(', '),
    ]),
  ).trimEnd();
}

function solutionTexts({ body, settings: { listing } }: ResultOf<'qca'>, context: CommandContext): string[] {
  const { say, language } = context;
  if (body.withheld !== null) return [say('qca.withheld')];
  if (body.solutions.length === 0) return [say('qca.nothing', { outcome: body.outcome })];
  return body.solutions.map((solution) => {
    const count = say(solution.modelCount === '1' ? 'qca.one-model' : 'qca.models', {
      count: solution.modelCount,
      terms: solution.termsPerModel,
    });
    const shown =
      String(solution.models.length) === solution.modelCount
        ? ''
        : `; ${say(listing === 'sample' ? 'qca.sampled' : 'qca.shown', { shown: solution.models.length })}`;
    const from = solution.derivedFrom === null ? '' : `  ${say('qca.derived', { ...solution.derivedFrom })}\n`;
    const formulas = solution.models.map(({ formula }) => `  ${formula} => ${body.outcome}`).join('\n');
    const isHiding = solution.terms.some((term) => term.withheld !== null);
    const table = textTable(
      [
        { title: say('qca.term') },
        { title: say('qca.consistency'), align: 'right' },
        { title: say('qca.pri'), align: 'right' },
        { title: say('qca.rawCoverage'), align: 'right' },
        { title: say('qca.uniqueCoverage'), align: 'right' },
        { title: say('qca.cases') },
      ],
      [
        ...solution.terms.map((term) => [
          term.text,
          ...fitCells(term, [term.consistency, term.pri, term.rawCoverage], context),
          isHiding ? say('cli.withheld') : decimals(term.uniqueCoverage),
          term.cases.join(', '),
        ]),
        ...solution.models.map((model, m) => [
          solution.models.length === 1 ? say('qca.whole') : say('qca.model', { number: m + 1 }),
          ...fitCells(model, [model.consistency, model.pri, model.coverage], context),
          '',
          '',
        ]),
      ],
    );
    const first = solution.models[0]!;
    const words = qcaInWords(
      language,
      body.outcome,
      first.terms.map((t) => solution.terms[t]!.literals.map(({ text }) => text)),
    );
    const chance = solution.permutationTest;
    const tested =
      chance === null
        ? ''
        : `\n${say('qca.permutation', {
            terms: solution.terms.map(({ text }, t) => `${text} ${chance.adjustedPValues[t]!.toFixed(3)}`),
            share: chance.falsePositiveShare,
          })}`;
    const stable = (solution.cutoffIntervals ?? [])
      .map((interval) => cutoffIntervalInWords(language, interval))
      .join('; ');
    const robust = stable === '' ? '' : `\n${say('qca.stable', { intervals: stable })}`;
    const anchors = (solution.anchorIntervals ?? []).map((interval) => anchorIntervalInWords(language, interval));
    const anchored = anchors.length === 0 ? '' : `\n${say('qca.anchors', { intervals: anchors.join('; ') })}`;
    const groups = solution.swapGroups.map((group) => group.join(' / '));
    const swaps = groups.length === 0 ? '' : `\n${say('qca.swap', { groups: groups.join('; ') })}`;
    const bounds = solution.complete
      ? ''
      : `\n${say('qca.bounds', { least: solution.lowerBound, most: solution.termsPerModel })}`;
    const proof = solution.certificate?.lowerBound ? `\n${say('qca.certificate')}` : '';
    return `${say(`qca.solution.${solution.kind}`)} (${count}${shown})\n\n${from}${formulas}\n\n${table}\n${say('cli.qca.words')}: ${words}${swaps}${robust}${anchored}${tested}${bounds}${proof}${irredundantText(solution, context)}`;
  });
}

function irredundantText({ irredundant }: QcaBody['solutions'][number], { say }: CommandContext): string {
  if (irredundant === null) return '';
  const count = irredundant.formulas.length;
  const lines = irredundant.formulas.map((formula) => `\n  ${formula}`).join('');
  return `\n${say(irredundant.complete ? 'qca.irredundant' : 'qca.irredundant-cut', { count })}${lines}`;
}

/** The sets that reach the cutoff of necessity. */
function necessityText({ body, settings }: ResultOf<'qca'>, context: CommandContext): string {
  const { say } = context;
  const cutoff = settings.necessity.consistencyCutoff;
  const necessary = [...body.necessity.literals, ...body.necessity.expressions].filter(
    ({ consistency }) => consistency !== null && consistency >= cutoff - 1e-9,
  );
  if (necessary.length === 0) return '';
  const table = textTable(
    [
      { title: say('qca.set') },
      { title: say('qca.consistency'), align: 'right' },
      { title: say('qca.coverage'), align: 'right' },
      { title: say('qca.relevance'), align: 'right' },
    ],
    necessary.map((item) => [item.text, ...fitCells(item, [item.consistency, item.coverage, item.relevance], context)]),
  );
  return `${say('qca.necessary')}\n\n${table.trimEnd()}`;
}
