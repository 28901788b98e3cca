import type { StudyProtocolRequest } from '../app/analyses/study-protocol.ts';
import type { ResultOf } from '../app/analyses.ts';
import type { CommandContext } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { designedText, sealedStudyText } from './study-text.ts';

/** Carries out the design of a protocol. */
export async function designStep(
  protocol: StudyProtocolRequest,
  context: CommandContext,
): Promise<ResultOf<'study-design'>> {
  const service = await context.service();
  return (await context.follow(
    await service.designStudy(context.actor, protocol, { waitMs: 0 }),
  )) as ResultOf<'study-design'>;
}

/** Estimates a sealed design. */
export async function estimateStep(result: string, context: CommandContext): Promise<ResultOf<'study'>> {
  const service = await context.service();
  const reason = context.text('override');
  const input = context.checked('estimateStudy', { result, ...(reason === null ? {} : { override: { reason } }) });
  return (await context.follow(await service.estimateStudy(context.actor, input, { waitMs: 0 }))) as ResultOf<'study'>;
}

/** All of a study in one call: design, seal, estimate. */
export async function runProtocol(protocol: StudyProtocolRequest, context: CommandContext): Promise<ExitCode> {
  const design = await designStep(protocol, context);
  await (await context.service()).sealStudyDesign(context.actor, { result: design.id });
  await printStudy(await estimateStep(design.id, context), context);
  return exitCodes.ok;
}

export const printDesign = (design: ResultOf<'study-design'>, context: CommandContext): void =>
  context.terminal.out(context.json ? `${JSON.stringify(design)}\n` : designedText(design, context));

/** The study, and its report as a file where one was asked for, else how to get one. */
export async function printStudy(study: ResultOf<'study'>, context: CommandContext): Promise<void> {
  const { terminal, json, say, actor, language } = context;
  const file = context.text('report');
  if (file !== null) {
    const service = await context.service();
    const { html } = await service.resultReport(actor, { result: study.id, lang: language });
    await context.writeFile(file, html);
  }
  terminal.out(json ? `${JSON.stringify(study)}\n` : sealedStudyText(study, context));
  if (file !== null) terminal.err(`${say('cli.reported', { file })}\n`);
  else if (!json) terminal.err(`${say('cli.study.next-report', { result: study.id })}\n`);
}
