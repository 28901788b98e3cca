import { basename } from 'node:path';
import { AppError } from '../../app/errors.ts';
import type { IngestReport } from '../../app/panels.ts';
import type { IngestInput } from '../../app/service.ts';
import type { Command, CommandContext } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { given } from '../given.ts';
import { problemLines } from '../problem-lines.ts';
import { textTable } from '../text-table.ts';

/** `Zwolle Panel_2023.csv` → `zwolle-panel-2023` */
export const panelNameOf = (file: string): string =>
  basename(file)
    .replace(/\.[^.]*$/, '')
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);

export const ingest: Command = {
  name: 'ingest',
  arguments: ['FILE'],
  options: {
    panel: { type: 'string', placeholder: 'NAME' },
    title: { type: 'string', placeholder: 'TEXT' },
    unit: { type: 'string', placeholder: 'COLUMN' },
    wave: { type: 'string', placeholder: 'COLUMN' },
    collective: { type: 'string', placeholder: 'COLUMN' },
    'unit-kind': { type: 'string', placeholder: 'household|neighbourhood|collective|other' },
    layout: { type: 'string', placeholder: 'wide|long' },
    variable: { type: 'string', placeholder: 'COLUMN' },
    value: { type: 'string', placeholder: 'COLUMN' },
    format: { type: 'string', placeholder: 'csv|parquet|jsonl' },
    delimiter: { type: 'string', placeholder: 'C' },
    decimal: { type: 'string', placeholder: 'C' },
    encoding: { type: 'string', placeholder: 'utf-8|windows-1252' },
    schema: { type: 'string', placeholder: 'FILE' },
    'dry-run': { type: 'boolean' },
  },
  example: 'samenwijs ingest readings.csv --unit household --wave month --dry-run',
  async run(context) {
    const { terminal, text, flag } = context;
    const file = context.arguments[0]!;
    const panel = text('panel') ?? (file === '-' ? null : panelNameOf(file));
    if (panel === null || panel === '') {
      throw new AppError('invalid-request', `The panel needs a name; give it with --panel NAME.`);
    }
    const delimiter = text('delimiter');
    const input = given<IngestInput>({
      panel,
      file: file === '-' ? null : basename(file),
      title: text('title'),
      format: text('format') ?? formatOf(file),
      layout: text('layout'),
      unit: text('unit'),
      wave: text('wave'),
      variable: text('variable'),
      value: text('value'),
      collective: text('collective'),
      unitKind: text('unit-kind'),
      delimiter: delimiter === 'tab' || delimiter === '\\t' ? '\t' : delimiter,
      decimal: text('decimal'),
      encoding: text('encoding'),
      schema: await schemaOf(context, file),
      dryRun: flag('dry-run'),
    });
    context.checked('ingestPanel', {
      ...input,
      ...(input.schema === undefined ? {} : { schema: JSON.stringify(input.schema) }),
    });
    const source = file === '-' ? (terminal.stdin as AsyncIterable<Uint8Array>) : context.readFile(file);
    const service = await context.service();
    const control = {
      signal: terminal.signal,
      progress(fraction: number, stage: string) {
        if (terminal.isTerminal)
          terminal.err(
            `\r\u001b[K${context.say('cli.progress', { percent: Math.round(fraction * 100), stage: context.say(`stage.${stage}`) })}`,
          );
      },
    };
    const report = await service.ingestPanel(context.actor, input, source, control).catch((error) => {
      const refused = (error as { details?: { report?: IngestReport } }).details?.report;
      if (refused !== undefined && !context.json) terminal.err(howRead(refused, context.say));
      throw error;
    });
    if (terminal.isTerminal) terminal.err('\r\u001b[K');
    terminal.out(context.json ? `${JSON.stringify(report)}\n` : reportText(report, context));
    return report.errors.count > 0 ? exitCodes.data : exitCodes.ok;
  },
};

function formatOf(file: string): string | null {
  if (/\.parquet$/i.test(file)) return 'parquet';
  if (/\.(jsonl|ndjson)$/i.test(file)) return 'jsonl';
  return /\.(csv|tsv|txt)$/i.test(file) ? 'csv' : null;
}

async function schemaOf(context: CommandContext, file: string): Promise<unknown> {
  const path = context.text('schema');
  if (path === null) return file === '-' ? null : context.schemaBeside(file);
  let json = '';
  const decoder = new TextDecoder();
  for await (const chunk of context.readFile(path)) json += decoder.decode(chunk, { stream: true });
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new AppError('invalid-request', `The schema ${path} is not JSON: ${(cause as Error).message}.`);
  }
}

function reportText(report: IngestReport, { say, language }: CommandContext): string {
  const number = new Intl.NumberFormat(language);
  const exact = new Intl.NumberFormat(language, { maximumSignificantDigits: 6 });
  const bound = (value: number | null) => (value === null ? '–' : exact.format(value));
  const head = say(`cli.ingest.outcome.${report.outcome}`, { panel: report.panel, revision: report.revision ?? 0 });
  const facts = say('cli.ingest.facts', { rows: report.rows, units: report.units, waves: report.waves });
  const kind = report.unitKind === null ? '' : `${say(`cli.ingest.unit-kind.${report.unitKind}`)}\n`;
  const table = textTable(
    [
      { title: say('cli.describe.variable') },
      { title: say('cli.describe.role') },
      { title: say('cli.describe.type') },
      { title: say('cli.describe.unit') },
      { title: say('cli.describe.observed'), align: 'right' },
      { title: say('cli.describe.absent'), align: 'right' },
      { title: say('cli.describe.suppressed'), align: 'right' },
      { title: say('cli.ingest.not-applicable'), align: 'right' },
      { title: say('cli.describe.minimum'), align: 'right' },
      { title: say('cli.describe.maximum'), align: 'right' },
    ],
    report.variables.map((v) => [
      v.name,
      v.role,
      v.type,
      v.unit ?? '',
      number.format(v.counts.observed),
      number.format(v.counts.absent),
      number.format(v.counts.suppressed),
      number.format(v.counts.notApplicable),
      bound(v.minimum),
      bound(v.maximum),
    ]),
  );
  const problems = (kind: 'cautions' | 'errors') =>
    report[kind].count === 0
      ? ''
      : `\n${say(`cli.ingest.${kind}`, { count: report[kind].count })}\n${problemLines(report[kind], language)}`;
  return `${head}\n${facts}\n${kind}${howRead(report, say)}\n${table}${problems('cautions')}${problems('errors')}`;
}

/** What was asked or inferred, so that a wrong guess is seen before it is kept. */
function howRead(report: IngestReport, say: CommandContext['say']): string {
  const parts = ['format', 'layout', 'delimiter', 'decimal', 'encoding', 'unit', 'wave', 'collective'] as const;
  const shown = parts.map((part) => {
    const value = report[part] === '\t' ? 'tab' : report[part] || '–';
    return `${say(`cli.ingest.read.${part}`)} ${value}`;
  });
  return `${say('cli.ingest.read-as')} ${shown.join('; ')}\n`;
}
