import { toStudySettings } from '../app/analyses/study-protocol.ts';
import type { ResultOf } from '../app/analyses.ts';
import { verdictInWords } from '../messages/verdict-in-words.ts';
import type { CommandContext } from './command.ts';
import { designTables, inferenceText, shower, studyText, subjectOf, warningsText } from './commands/match-text.ts';

/** A design before it is sealed: who is compared, how alike they are, what could be found. */
export function designedText(design: ResultOf<'study-design'>, context: CommandContext): string {
  const { say, language } = context;
  const { body, warnings } = design;
  const effect = body.detectable === null ? null : shower(language, '–')(body.detectable.effect);
  return [
    `${say('cli.study.design-head', subjectOf(body, context))}\n\n`,
    designTables(design, context),
    inferenceText(body, context),
    ...(effect === null ? [] : [`${say('match.sensitivity.detectable', { effect })}\n`]),
    warningsText(warnings, context),
    `\n${say('cli.study.next-seal', { result: design.id })}\n`,
  ].join('');
}

/** A sealed study: the verdict with its reasons first, then the study. */
export function sealedStudyText(result: ResultOf<'study'>, context: CommandContext): string {
  const { body, settings } = result;
  const study: ResultOf<'matching-study'> = {
    ...result,
    kind: 'matching-study',
    body: body.study,
    settings: toStudySettings(settings.protocol),
  };
  const question = settings.protocol.question;
  return [
    ...(question === '' ? [] : [`${question}\n\n`]),
    verdictText(result, context),
    `${context.say('cli.study.sealed', { at: settings.seal.sealedAt, seal: settings.seal.seal })}\n`,
    lostText(result, context),
    '\n',
    studyText(study, context),
  ].join('');
}

function verdictText({ body, settings }: ResultOf<'study'>, { say, language }: CommandContext): string {
  const { verdict } = body;
  const words = verdictInWords(language, verdict);
  const { adjusted, matched } = body.study.effects;
  const judged = adjusted !== null ? 'adjusted' : matched !== null ? 'matched' : null;
  return [
    `${say('cli.study.verdict', { word: words.word, summary: words.summary })}\n`,
    ...words.against.flatMap(({ lead, sentences }) => [
      ...(lead === null ? [] : [`${lead}\n`]),
      ...sentences.map((sentence) => `- ${sentence}\n`),
    ]),
    `${words.rest}\n`,
    ...(judged === null ? [] : [`${say('cli.study.judged', { row: say(`match.effect.${judged}`) })}\n`]),
    ...(settings.override === null ? [] : [`${say('cli.study.overridden', settings.override)}\n`]),
  ].join('');
}

function lostText({ body: { lost } }: ResultOf<'study'>, { say }: CommandContext): string {
  if (lost === null) return '';
  const of = ({ unknown, alone }: { readonly unknown: number; readonly alone: number }) => unknown + alone;
  const counts = { treated: of(lost.treated), control: of(lost.control) };
  return counts.treated + counts.control === 0 ? '' : `${say('cli.study.lost', counts)}\n`;
}
