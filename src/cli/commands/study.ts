import { studyTemplates } from '../../app/analyses/study-templates.ts';
import type { ResultOf } from '../../app/analyses.ts';
import { AppError } from '../../app/errors.ts';
import type { Command, CommandContext } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { multiverseText } from '../multiverse-text.ts';
import { readJson, readProtocol } from '../study-request.ts';
import { designStep, estimateStep, printDesign, printStudy } from '../study-steps.ts';

export const study: Command = {
  name: 'study',
  arguments: ['STEP', 'NAME'],
  options: {
    protocol: { type: 'string', placeholder: 'FILE' },
    override: { type: 'string', placeholder: 'REASON' },
    report: { type: 'string', placeholder: 'FILE' },
    alternatives: { type: 'string', placeholder: 'FILE' },
  },
  example: 'samenwijs study template coach > study.json',
  async run(context) {
    const [step, name] = context.arguments as [string, string];
    const known = Object.hasOwn(steps, step) ? steps[step] : undefined;
    if (known) return known(name, context);
    throw new AppError(
      'invalid-request',
      `study takes design PANEL, seal RESULT, estimate RESULT, report RESULT, capsule RESULT, multiverse RESULT or template NAME; received "${step}".`,
      { received: step },
    );
  },
};

const steps: Readonly<Record<string, (name: string, context: CommandContext) => Promise<ExitCode>>> = {
  async design(panel, context) {
    const path = context.text('protocol');
    if (path === null) {
      throw new AppError(
        'invalid-request',
        'study design needs --protocol FILE. `samenwijs study template coach` prints one to begin with.',
      );
    }
    printDesign(await designStep(await readProtocol(context, path, panel), context), context);
    return exitCodes.ok;
  },
  async seal(result, context) {
    const { say, terminal, json } = context;
    const input = context.checked('sealStudyDesign', { result });
    const sealed = await (await context.service()).sealStudyDesign(context.actor, input);
    terminal.out(
      json
        ? `${JSON.stringify(sealed)}\n`
        : `${say('cli.study.sealed', { at: sealed.sealedAt, seal: sealed.seal })}\n${say('cli.study.next-estimate', { result })}\n`,
    );
    return exitCodes.ok;
  },
  async estimate(result, context) {
    await printStudy(await estimateStep(result, context), context);
    return exitCodes.ok;
  },
  async multiverse(result, context) {
    const path = context.text('alternatives');
    if (path === null) {
      throw new AppError(
        'invalid-request',
        'study multiverse needs --alternatives FILE: JSON with lists of covariates, designs, calipers, ratios or estimands.',
      );
    }
    const input = context.checked('multiverse', { ...(await readJson(context, path)), result });
    const service = await context.service();
    const answer = await context.follow(await service.multiverse(context.actor, input, { waitMs: 0 }));
    const found = answer as ResultOf<'multiverse'>;
    context.terminal.out(context.json ? `${JSON.stringify(found)}\n` : multiverseText(found, context));
    return exitCodes.ok;
  },
  /** The report as HTML in the language of --lang; with --json the result that it is made of. */
  async report(result, context) {
    const { actor, terminal, json, language } = context;
    const service = await context.service();
    terminal.out(
      json
        ? `${JSON.stringify(await service.getResult(actor, context.checked('getResult', { result })))}\n`
        : (await service.resultReport(actor, context.checked('resultReport', { result, lang: language }))).html,
    );
    return exitCodes.ok;
  },
  async capsule(result, context) {
    const service = await context.service();
    const capsule = await service.studyCapsule(context.actor, context.checked('studyCapsule', { result }));
    context.terminal.out(`${JSON.stringify(capsule, null, context.json ? 0 : 2)}\n`);
    return exitCodes.ok;
  },
  async template(name, { say, terminal }) {
    const found = Object.hasOwn(studyTemplates, name) ? studyTemplates[name] : undefined;
    if (found === undefined) {
      const names = Object.keys(studyTemplates).join(', ');
      throw new AppError('invalid-request', `There is no template "${name}"; expected one of ${names}.`, { name });
    }
    const protocol = { question: say(`cli.study.template.${name}`), ...found };
    terminal.out(`${JSON.stringify(protocol, null, 2)}\n`);
    return exitCodes.ok;
  },
};
