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
  printStudy(await estimateStep(design.id, context), context);
  return exitCodes.ok;
}

export const printDesign = (design: ResultOf<'study-design'>, context: CommandContext): void =>
  context.terminal.out(context.json ? `${JSON.stringify(design)}\n` : designedText(design, context));

export function printStudy(study: ResultOf<'study'>, context: CommandContext): void {
  const { terminal, json, say } = context;
  terminal.out(json ? `${JSON.stringify(study)}\n` : sealedStudyText(study, context));
  if (!json) terminal.err(`${say('cli.study.next-report', { result: study.id })}\n`);
}
