import type { QcaBody } from '../../app/analyses/qca-body.ts';
import type { QcaSettings, QcaVariable } from '../../app/analyses/qca-settings.ts';
import type { ResultOf } from '../../app/analyses.ts';

type Calibration = NonNullable<QcaVariable['calibration']>;

/**
 * A script that recomputes an analysis with the R packages QCA and SetMethods: data, calibration, truth table, solutions and what
 * else was asked for. Where the data of the cases are withheld it reads them from a file.
 */
export function qcaInR({ settings, body }: ResultOf<'qca'>): string {
  const names = new Names(setsOf(settings).map(nameOf));
  return [
    header,
    dataPart(settings, body, names),
    truthTableInR(settings, names, 'table', conditionsOf(settings, names)),
    ...solutionsPart(settings, body, names),
    necessityPart(settings, names),
    ...furtherPart(settings, body, names),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

const nameOf = ({ name, variable }: QcaVariable): string => name ?? variable;
const setsOf = ({ outcome, conditions }: QcaSettings): readonly QcaVariable[] => [
  outcome,
  ...outcome.parts,
  ...conditions,
];

/** Names that R takes: letters, digits, dots and underscores, beginning with a letter. */
class Names {
  private readonly names = new Map<string, string>();

  constructor(names: readonly string[]) {
    for (const name of names) {
      if (this.names.has(name)) continue;
      let safe = name.replaceAll(/[^A-Za-z0-9._]/g, '_');
      if (!/^[A-Za-z]/.test(safe)) safe = `X${safe}`;
      while ([...this.names.values()].includes(safe)) safe += '_';
      this.names.set(name, safe);
    }
  }

  of(name: string): string {
    return this.names.get(name) ?? name;
  }

  /** An expression with the names that R takes; longer names first, so that no part of a name is taken for another. */
  in(expression: string): string {
    const sorted = this.renamed().toSorted(([a], [b]) => b.length - a.length);
    return sorted.reduce((text, [name, safe]) => text.split(name).join(safe), expression);
  }

  renamed(): readonly (readonly [string, string])[] {
    return [...this.names].filter(([name, safe]) => name !== safe);
  }
}

const text = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
const vector = (values: readonly (string | number)[]): string =>
  `c(${values.map((value) => (typeof value === 'string' ? text(value) : String(value))).join(', ')})`;

const header = `# Recomputes this analysis with the R packages QCA and SetMethods.
# install.packages(c("QCA", "SetMethods"))
library(QCA)
library(SetMethods)`;

function dataPart(settings: QcaSettings, body: QcaBody, names: Names): string {
  const decided = new Map(
    [body.outcomeSet, ...body.outcomeParts, ...body.conditions].map((set) => [set.name, set.calibration]),
  );
  const { cases, raw, sets } = body.memberships;
  const lines = names.renamed().map(([name, safe]) => `# ${safe} stands for ${name}`);
  if (cases.length === 0) {
    lines.push(
      '# The cases are not told here: read a file with a column for each set, the names of the cases first.',
      'cases <- read.csv("cases.csv", row.names = 1)',
    );
  } else {
    const columns = setsOf(settings).map(nameOf);
    const temporal = new Set(body.conditions.filter(({ type }) => type === 'temporal').map(({ name }) => name));
    const given = columns.map((name) => {
      const values = raw[name] ?? sets[name] ?? [];
      // R reads a temporal "-" as text.
      return `  ${names.of(name)} = ${vector(temporal.has(name) ? values.map((x) => (x === 2 ? '-' : String(x))) : values)}`;
    });
    lines.push(`cases <- data.frame(\n${given.join(',\n')},\n  row.names = ${vector(cases)}\n)`);
  }
  lines.push('sets <- cases');
  for (const variable of setsOf(settings)) {
    const name = nameOf(variable);
    const hasScores = cases.length === 0 || raw[name] !== undefined;
    if (variable.calibration !== null && hasScores)
      lines.push(
        `sets$${names.of(name)} <- ${calibrationInR(`cases$${names.of(name)}`, decided.get(name) ?? variable.calibration)}`,
      );
  }
  if (settings.outcome.expression !== null)
    lines.push(`sets$OUTCOME <- compute(${text(names.in(settings.outcome.expression))}, data = sets)`);
  return lines.join('\n');
}

function calibrationInR(column: string, rule: Calibration): string {
  switch (rule.method) {
    case 'crisp':
      return `calibrate(${column}, type = "crisp", thresholds = ${vector(rule.thresholds)})`;
    case 'find-thresholds':
      return `calibrate(${column}, type = "crisp", thresholds = findTh(${column}, n = ${rule.count}))`;
    case 'indirect':
      return `calibrate(${column}, method = "indirect", thresholds = ${vector(rule.thresholds)})`;
    case 'totally-fuzzy-relative':
      return `calibrate(${column}, method = "TFR")`;
    case 'logistic':
      return `calibrate(${column}, type = "fuzzy", thresholds = ${anchors(three(rule, ''))}, idm = ${rule.inclusionDegree})`;
    case 's-shape':
      return `calibrate(${column}, type = "fuzzy", thresholds = ${anchors(three(rule, ''))}, logistic = FALSE, below = ${rule.below}, above = ${rule.above})`;
    case 'ecdf':
      return `calibrate(${column}, type = "fuzzy", thresholds = ${anchors(three(rule, ''))}, logistic = FALSE, ecdf = TRUE)`;
    case 'bell':
    case 'inverse-bell': {
      const six = [...three(rule.first, '1'), ...three(rule.second, '2')].toSorted(([, a], [, b]) => a - b);
      return `calibrate(${column}, type = "fuzzy", thresholds = ${anchors(six)}, logistic = FALSE, below = ${rule.below}, above = ${rule.above})`;
    }
  }
}

type Named = readonly [name: string, value: number];
interface Three {
  readonly exclusion: number;
  readonly crossover: number;
  readonly inclusion: number;
}

const three = ({ exclusion, crossover, inclusion }: Three, suffix: string): readonly Named[] => [
  [`e${suffix}`, exclusion],
  [`c${suffix}`, crossover],
  [`i${suffix}`, inclusion],
];
const anchors = (list: readonly Named[]): string => text(list.map(([name, value]) => `${name}=${value}`).join(', '));

const outcomeSetOf = ({ outcome }: QcaSettings, names: Names): string =>
  outcome.expression === null ? names.of(nameOf(outcome)) : 'OUTCOME';
const outcomeOf = (settings: QcaSettings, names: Names): string =>
  text(`${settings.outcome.negated ? '~' : ''}${outcomeSetOf(settings, names)}`);
const conditionsOf = ({ conditions }: QcaSettings, names: Names): string[] =>
  conditions.map((condition) => names.of(nameOf(condition)));

function truthTableInR(settings: QcaSettings, names: Names, as: string, conditions: readonly string[]): string {
  const { consistencyCutoff, contradictionCutoff, priCutoff, frequencyCutoff } = settings;
  const cut =
    contradictionCutoff === null ? String(consistencyCutoff) : vector([consistencyCutoff, contradictionCutoff]);
  return `${as} <- truthTable(sets, outcome = ${outcomeOf(settings, names)}, conditions = ${vector(conditions)},
  incl.cut = ${cut}, pri.cut = ${priCutoff}, n.cut = ${frequencyCutoff}, show.cases = TRUE)
print(${as})`;
}

function solutionsPart(settings: QcaSettings, body: QcaBody, names: Names): string[] {
  const excluded = excludedRows(settings, names);
  const explain = settings.explain === '1' ? '' : `, explain = ${text(settings.explain)}`;
  const remainders = `?${settings.includeContradictions ? ', C' : ''}`;
  const exclude = excluded === '' ? '' : ', exclude = excluded';
  const call = (include: string, more: string) =>
    `minimize(table${explain}${include === '' ? '' : `, include = ${text(include)}`}${more}, details = TRUE, show.cases = TRUE)`;
  const calls = settings.solutions.map((kind) => {
    const expected = `, dir.exp = ${text(names.in(settings.directionalExpectations.join(', ')))}`;
    const said = {
      conservative: call(settings.includeContradictions ? 'C' : '', ''),
      parsimonious: call(remainders, exclude),
      intermediate: call(remainders, `${exclude}${expected}`),
    }[kind];
    return `${kind} <- ${said}\nprint(${kind})`;
  });
  const unlisted = body.solutions.some(({ models, modelCount }) => BigInt(models.length) < BigInt(modelCount));
  return [excluded, ...calls, unlisted ? '# There are more models than this report lists.' : ''];
}

function excludedRows({ enhanced, excludedRows: rows }: QcaSettings, names: Names): string {
  const parts = [
    ...(rows.length > 0 ? [vector(rows)] : []),
    ...(enhanced.contradictoryAssumptions ? ['findRows(obj = table, type = 2)'] : []),
    ...(enhanced.simultaneousSubsets ? ['findRows(obj = table, type = 3)'] : []),
    ...enhanced.impossible.map((expression) => `findRows(${text(names.in(expression))}, obj = table)`),
  ];
  return parts.length === 0 ? '' : `excluded <- unique(c(${parts.join(', ')}))`;
}

function necessityPart(settings: QcaSettings, names: Names): string {
  const { consistencyCutoff, coverageCutoff, relevanceCutoff } = settings.necessity;
  return `print(superSubset(sets, outcome = ${outcomeOf(settings, names)}, conditions = ${vector(conditionsOf(settings, names))},
  relation = "necessity", incl.cut = ${consistencyCutoff}, cov.cut = ${coverageCutoff}, ron.cut = ${relevanceCutoff}))`;
}

function furtherPart(settings: QcaSettings, body: QcaBody, names: Names): string[] {
  const { theory, clusters, robustness, twoStep, chain, subsets, irredundant } = settings;
  const outcome = outcomeOf(settings, names);
  const solution = settings.solutions.at(-1) ?? 'conservative';
  const conditions = conditionsOf(settings, names);
  return [
    irredundant ? 'print(minimize(table, include = "?", all.sol = TRUE))' : '',
    theory === null
      ? ''
      : `print(theory.evaluation(theory = ${text(names.in(theory))}, empirics = ${solution}, outcome = ${outcome}))`,
    clusters === null
      ? ''
      : `# \`clusters\` and \`units\`: the label of each case, in the order of the cases
print(cluster(data = sets, results = ${solution}, outcome = ${outcome}, unit_id = units, cluster_id = clusters))`,
    robustness === null ? '' : robustnessInR(settings, robustness, names, solution),
    twoStep === null ? '' : twoStepInR(settings, twoStep, body, names),
    chain === null
      ? ''
      : `print(causalChain(sets[, ${vector([...conditions, outcomeSetOf(settings, names)])}]${orderingInR(chain, names)},
  strict = ${chain.strict ? 'TRUE' : 'FALSE'}, sol.cons = ${chain.consistencyCutoff}))`,
    subsets === null
      ? ''
      : `print(superSubset(sets, outcome = ${outcome}, conditions = ${vector(conditions)},
  relation = "sufficiency", incl.cut = ${subsets.consistencyCutoff}, pri.cut = ${subsets.priCutoff}, cov.cut = ${subsets.coverageCutoff}))`,
  ];
}

const orderingInR = ({ ordering }: NonNullable<QcaSettings['chain']>, names: Names): string =>
  ordering === null
    ? ''
    : `, ordering = ${text(ordering.map((level) => level.map((name) => names.of(name)).join(', ')).join(' < '))}`;

function robustnessInR(
  settings: QcaSettings,
  { consistencyCutoffs, priCutoffs, frequencyCutoffs }: NonNullable<QcaSettings['robustness']>,
  names: Names,
  solution: string,
): string {
  const tests = [
    ...consistencyCutoffs.map((cut) => `incl.cut = ${cut}`),
    ...priCutoffs.map((cut) => `pri.cut = ${cut}`),
    ...frequencyCutoffs.map((cut) => `n.cut = ${cut}`),
  ].map((change) => `  minimize(tableWith(${change}), include = "?")`);
  const { consistencyCutoff, priCutoff, frequencyCutoff } = settings;
  return `tableWith <- function(...) do.call(truthTable, modifyList(list(data = sets, outcome = ${outcomeOf(settings, names)},
  conditions = ${vector(conditionsOf(settings, names))},
  incl.cut = ${consistencyCutoff}, pri.cut = ${priCutoff}, n.cut = ${frequencyCutoff}), list(...)))
tests <- list(
${tests.join(',\n')}
)
print(rob.fit(test_sol = tests, initial_sol = ${solution}, outcome = ${outcomeOf(settings, names)}))`;
}

function twoStepInR(
  settings: QcaSettings,
  { remote, consistencyCutoff }: NonNullable<QcaSettings['twoStep']>,
  body: QcaBody,
  names: Names,
): string {
  const near = settings.conditions.map(nameOf).filter((name) => !remote.includes(name));
  const safe = (list: readonly string[]) => list.map((name) => names.of(name));
  const steps = (body.further.twoStep?.steps ?? []).map(
    ({ context, name }, at) => `sets$${name} <- compute(${text(names.in(context))}, data = sets)
${truthTableInR(settings, names, `step${at + 1}`, [...safe(near), name])}
print(minimize(step${at + 1}, include = "?"))`,
  );
  const first = { ...settings, consistencyCutoff, contradictionCutoff: null };
  return [truthTableInR(first, names, 'remote', safe(remote)), 'print(minimize(remote, include = "?"))', ...steps].join(
    '\n',
  );
}
