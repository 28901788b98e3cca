import type { ReplayChange } from '../app/analyses/compare-capsule.ts';
import type { ResultOf } from '../app/analyses.ts';
import type { CommandContext } from './command.ts';

/** Whether a study came out the same, and if not, what changed: one line each. */
export function replayText({ body }: ResultOf<'replay'>, { say }: Pick<CommandContext, 'say'>): string {
  const { verdict, identical, sealedHere, changes, differences } = body;
  const line = ({ what, code, parameters }: ReplayChange) =>
    `- ${say(`replay.what.${what}`)}: ${say(`replay.change.${code}`, parameters)}\n`;
  const isUnchanged = verdict === 'changed' && identical === true;
  return [
    `${say(`replay.${verdict}`)}\n`,
    ...changes.map(line),
    ...differences.map(({ path, was, is }) =>
      was === null && is === null
        ? `  ${path}\n`
        : `  ${say('replay.difference', { path, was: was ?? say('replay.nothing'), is: is ?? say('replay.nothing') })}\n`,
    ),
    ...(isUnchanged ? [`${say('replay.identical.yes')}\n`] : []),
    ...(identical === null ? [`${say('replay.identical.none')}\n`] : []),
    ...(sealedHere ? [] : [`${say('replay.elsewhere')}\n`]),
  ].join('');
}
