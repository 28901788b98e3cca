import type { ResultOf } from '../../app/analyses.ts';
import { literal, shellWord } from '../as-code.ts';

/** The study again with the typed library: design, seal, estimate. */
export function studyInTypeScript({ settings }: ResultOf<'study'>): string {
  const override = settings.override === null ? '' : `, override: ${literal(settings.override)}`;
  return `import { openSamenwijs } from 'samenwijs';

const { service, close } = await openSamenwijs();
const actor = { role: 'visitor' } as const;
const designed = await service.designStudy(actor, ${literal(settings.protocol)}, { waitMs: 600_000 });
if (designed.result === null) throw new Error(designed.error?.message);
const result = designed.result.id;
await service.sealStudyDesign(actor, { result });
const estimated = await service.estimateStudy(actor, { result${override} }, { waitMs: 600_000 });
console.log(JSON.stringify(estimated.result));
await close();
`;
}

/** The study again on the command line; the protocol as the file that it reads. */
export function studyAsCommands({ settings }: ResultOf<'study'>): string {
  const { panel } = settings.protocol;
  const override = settings.override === null ? '' : ` --override ${shellWord(settings.override.reason)}`;
  return `cat > study.json <<'END'
${JSON.stringify(settings.protocol, null, 2)}
END
npx samenwijs match ${shellWord(panel)} --protocol study.json${override} --role visitor
`;
}
