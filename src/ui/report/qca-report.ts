import type { ResultOf } from '../../app/analyses.ts';
import { qcaInWords } from '../../messages/qca-in-words.ts';
import { vennDiagram } from '../charts/venn-diagram.ts';
import { html, type SafeHtml } from '../html.ts';
import type { Texts } from '../texts.ts';
import { decimals } from './decimals.ts';
import { furtherPart } from './qca-further-part.ts';
import { qcaInR } from './qca-in-r.ts';
import { settingsPart } from './qca-settings-part.ts';
import { solutionPart } from './qca-solution-part.ts';
import { reportPage } from './report-page.ts';
import { reportTable } from './report-table.ts';

type QcaResult = ResultOf<'qca'>;

/** A QCA as a report: data, decisions, tables, charts, certificate and the R script that recomputes it, in one HTML file. */
export function qcaReport(result: QcaResult, texts: Texts): string {
  const { t, language } = texts;
  const { body } = result;
  return reportPage({
    language,
    kind: t('report.qca.kind'),
    title: t('report.qca.title', { outcome: body.outcome }),
    made: `${t('report.made', { result: result.id, version: result.engine.version, seed: String(result.seed) })} ${sourceOf(result, texts)}`,
    main: html`${summary(result, texts)}
${cautions(result, texts)}
${settingsPart(result, texts)}
${dataPart(result, texts)}
${truthTablePart(result, texts)}
${necessityPart(result, texts)}
${body.solutions.map((solution, at) => solutionPart(result, solution, at, texts))}
${furtherPart(result, texts)}
${certificates(result, texts)}
<section><h2>${t('report.qca.r')}</h2><p>${t('report.qca.r-note')}</p><pre>${qcaInR(result)}</pre></section>`,
  });
}

function sourceOf({ sources, body }: QcaResult, { t, number }: Texts): string {
  const [source] = sources;
  return source === undefined
    ? t('report.qca.given', { cases: body.caseCount === null ? '–' : number(body.caseCount) })
    : t('report.source', {
        panel: source.panel,
        revision: String(source.revision),
        digest: source.digest.slice(0, 12),
      });
}

function summary({ body }: QcaResult, { t, language }: Texts): SafeHtml {
  if (body.withheld !== null)
    return html`<section><h2>${t('report.qca.summary')}</h2><p>${t('qca.withheld')}</p></section>`;
  const said = body.solutions.map((solution) => {
    const model = solution.models[0];
    if (model === undefined) return html`<li>${t(`qca.solution.${solution.kind}`)}</li>`;
    const literals = model.terms.map((at) => solution.terms[at]!.literals.map(({ text }) => text));
    return html`<li>${t(`qca.solution.${solution.kind}`)}: ${qcaInWords(language, body.outcome, literals)}</li>`;
  });
  return html`<section><h2>${t('report.qca.summary')}</h2>${
    said.length === 0 ? html`<p>${t('qca.nothing', { outcome: body.outcome })}</p>` : html`<ul>${said}</ul>`
  }${body.protected && html`<p class="quiet">${t('report.qca.withheld')}</p>`}</section>`;
}

function cautions({ warnings }: QcaResult, { t, find }: Texts): SafeHtml | null {
  if (warnings.length === 0) return null;
  return html`<section><h2>${t('report.qca.cautions')}</h2><ul class="caution">${warnings.map(
    ({ code, parameters }) => html`<li>${find(`warning.${code}`, parameters) ?? code}</li>`,
  )}</ul></section>`;
}

function dataPart({ body }: QcaResult, { t, list }: Texts): SafeHtml {
  const { cases, raw, sets, outcome } = body.memberships;
  const leftOut = body.leftOut.length > 0 && html`<p>${t('report.qca.left-out', { cases: list(body.leftOut) })}</p>`;
  if (cases.length === 0)
    return html`<section><h2>${t('report.qca.data')}</h2><p>${t('report.qca.no-data')}</p>${leftOut}</section>`;
  const names = Object.keys(sets);
  const short = (value: number | undefined) => (value === undefined ? '' : String(Number(value.toPrecision(6))));
  const temporal = new Set(body.conditions.filter(({ type }) => type === 'temporal').map(({ name }) => name));
  const membership = (name: string, i: number) => {
    const value = sets[name]![i];
    return value === 2 && temporal.has(name) ? '-' : short(value);
  };
  const columns = names.flatMap((name) => [
    ...(raw[name] === undefined ? [] : [{ title: t('report.qca.raw', { set: name }), isNumber: true }]),
    { title: name, isNumber: true },
  ]);
  const rows = cases.map((id, i) => [
    id,
    ...names.flatMap((name) => [...(raw[name] === undefined ? [] : [short(raw[name][i])]), membership(name, i)]),
    short(outcome[i]),
  ]);
  const table = reportTable(
    null,
    [{ title: t('report.qca.case') }, ...columns, { title: body.outcome, isNumber: true }],
    rows,
  );
  return html`<section><h2>${t('report.qca.data')}</h2>${leftOut}${table}</section>`;
}

function truthTablePart({ body }: QcaResult, texts: Texts): SafeHtml {
  const { t, list } = texts;
  const { conditions, rows, outcome } = body;
  const table = reportTable(
    body.withheldRows > 0 ? t('qca.withheld-rows', { count: body.withheldRows }) : null,
    [
      { title: t('report.qca.row') },
      ...conditions.map(({ name }) => ({ title: name, isNumber: true })),
      { title: t('qca.output'), isNumber: true },
      { title: 'n', isNumber: true },
      { title: t('qca.consistency'), isNumber: true },
      { title: t('qca.pri'), isNumber: true },
      { title: t('qca.cases') },
    ],
    rows.map((row) => [
      row.rowNumber ?? '',
      ...row.configuration.map((level, c) => (conditions[c]!.type === 'temporal' && level === 2 ? '-' : level)),
      row.output,
      row.n,
      decimals(row.consistency, row.withheld, texts),
      decimals(row.pri, row.withheld, texts),
      row.cases.join(', '),
    ]),
  );
  const sets = conditions.map(({ name }) => name);
  const isPlain = conditions.every(({ type }) => type === 'crisp' || type === 'fuzzy');
  const said = t('report.qca.venn', { sets: list(sets), outcome });
  const venn = isPlain
    ? vennDiagram({
        id: 'venn',
        title: t('qca.truthTable'),
        description: said,
        sets,
        rows: rows.map((row) => ({
          inside: row.configuration.map((level) => level === 1),
          output: row.output,
          cases: row.n,
        })),
      })
    : null;
  return html`<section><h2>${t('qca.truthTable')}</h2>${table}${
    venn !== null && html`<figure>${venn}<figcaption>${said} ${t('report.qca.venn-legend')}</figcaption></figure>`
  }</section>`;
}

function necessityPart({ body }: QcaResult, texts: Texts): SafeHtml | null {
  const { t } = texts;
  const all = [...body.necessity.literals, ...body.necessity.expressions];
  if (all.length === 0) return null;
  const table = reportTable(
    null,
    [
      { title: t('qca.set') },
      { title: t('qca.consistency'), isNumber: true },
      { title: t('qca.coverage'), isNumber: true },
      { title: t('qca.relevance'), isNumber: true },
    ],
    all.map((item) => [
      item.text,
      decimals(item.consistency, item.withheld, texts),
      decimals(item.coverage, item.withheld, texts),
      decimals(item.relevance, item.withheld, texts),
    ]),
  );
  return html`<section><h2>${t('qca.necessary')}</h2>${table}</section>`;
}

function certificates({ body }: QcaResult, { t }: Texts): SafeHtml | null {
  const certified = body.solutions.filter(({ certificate }) => certificate !== null);
  if (certified.length === 0) return null;
  return html`<section>${certified.map(
    ({ kind, certificate }) =>
      html`<h2>${t('report.qca.certificate', { solution: t(`qca.solution.${kind}`) })}</h2><p>${t('report.qca.certificate-note')}</p><details><summary>JSON</summary><pre>${JSON.stringify(certificate)}</pre></details>`,
  )}</section>`;
}
