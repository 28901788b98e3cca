import { termMembership } from '../../src/core/qca/calibrated-data.ts';
import { writeCertificate } from '../../src/core/qca/certificate.ts';
import { checkCertificate } from '../../src/core/qca/check-certificate.ts';
import { configurationOf } from '../../src/core/qca/cubes.ts';
import { parseExpression, toProducts } from '../../src/core/qca/expression.ts';
import { sufficiencyFit } from '../../src/core/qca/fit.ts';
import { defaultSearchLimits, findMinimalModels } from '../../src/core/qca/minimal-models.ts';
import { findPrimeImplicants } from '../../src/core/qca/prime-implicants.ts';
import { assignRoles, solveConservative, solveIntermediate, solveParsimonious } from '../../src/core/qca/solutions.ts';
import { buildTruthTable, defaultTruthTableSettings } from '../../src/core/qca/truth-table.ts';
import type { Row, Suite } from '../suite.ts';
import { cleanTable, fuzzyCases, randomSets, type Sets } from './inputs.ts';

const limits = { ...defaultSearchLimits, models: 1000 };
const options = { rowDominance: false, limits };
const settings = { explain: '1', includeContradictions: false, excluded: [], rowDominance: false, limits } as const;

interface Measured {
  readonly n: number;
  readonly times: readonly number[];
  readonly right: boolean;
  readonly detail: Readonly<Record<string, unknown>>;
}

interface Case {
  /** what the median (for a set of problems: the mean) must not exceed, in ms */
  readonly goalMs: number;
  /** figures of peers, quoted: R is not a dependency of ours */
  readonly quoted: Readonly<Record<string, number>>;
  run(): Measured;
}

/** Milliseconds that the work takes; of the processor where that is less, because others may be using the machine. */
const time = (work: () => void): number => {
  const before = process.threadCpuUsage();
  const start = performance.now();
  work();
  const wall = performance.now() - start;
  const { user, system } = process.threadCpuUsage(before);
  const used = (user + system) / 1000;
  // The processor's clock moves in steps of up to 10 ms; below that only the wall clock can tell.
  return wall > clockStep ? Math.min(wall, used) : wall;
};
const clockStep = 40;
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const solve = ({ positives, negatives, conditions }: Sets) =>
  findMinimalModels(positives, negatives, conditions, options);

/**
 * The independent checker accepts the certificate of the solution. For large problems the certificate holds no proof that
 * fewer terms would not do; that is then not held against it, but counted.
 */
function isCertified(sets: Sets): { right: boolean; proven: boolean } {
  const certificate = writeCertificate(
    solve(sets),
    { kind: 'forbidden', cubes: sets.negatives },
    sets.conditions,
    100_000,
  );
  const proven = certificate.lowerBound !== null;
  const complaints = checkCertificate(certificate);
  return { right: complaints.length === (proven ? 0 : 1), proven };
}

/** Mean time over many random problems, the best of several passes for each, so that a busy machine counts less. */
function randomProblems(k: number, rows: number, problems: number, passes: number): Measured {
  const sets = Array.from({ length: problems }, (_, i) => randomSets(i + 1, k, rows));
  const best = new Array<number>(problems).fill(Number.POSITIVE_INFINITY);
  let implicants = 0;
  let ambiguous = 0;
  let models = 0n;
  const passMeans: number[] = [];
  for (let pass = 0; pass < passes; pass++) {
    const times = sets.map((set, i) => {
      const took = time(() => {
        const solution = solve(set);
        if (pass > 0) return;
        implicants += solution.primes.count;
        if (solution.modelCount > 1n) ambiguous++;
        if (!solution.complete) throw new Error(`problem ${i + 1} is not complete`);
        models += solution.modelCount;
      });
      best[i] = Math.min(best[i]!, took);
      return took;
    });
    if (pass > 0) passMeans.push(mean(times));
  }
  const checked = sets.slice(0, 20).map(isCertified);
  return {
    n: rows,
    times: [mean(best), ...passMeans],
    right: checked.every(({ right }) => right),
    detail: {
      conditions: k,
      problems,
      meanImplicants: implicants / problems,
      ambiguous,
      meanOfBestMs: mean(best),
      medianOfBestMs: median(best),
      worstMs: Math.max(...best),
      models: models.toString(),
      leastTermsProven: `${checked.filter(({ proven }) => proven).length} of ${checked.length}`,
    },
  };
}

function cleanProblem(k: number, cases: number): Measured {
  const table = cleanTable(42, k, cases);
  const { positives, negatives } = assignRoles(table, settings);
  const sets = { positives, negatives, conditions: table.conditions };
  const solution = solve(sets);
  const times = Array.from({ length: 25 }, () => time(() => solve(sets)));
  return {
    n: cases,
    times,
    right: isCertified(sets).right,
    detail: { conditions: k, implicants: solution.primes.count, models: solution.modelCount.toString() },
  };
}

const cases: Readonly<Record<string, Case>> = {
  'random-12x20': { goalMs: 1, quoted: {}, run: () => randomProblems(12, 20, 1000, 4) },
  'random-20x20': {
    goalMs: 1,
    quoted: { 'CCubes (R QCA, 2018)': 941, 'Espresso-exact, primes only': 2017 },
    run: () => randomProblems(20, 20, 1000, 4),
  },
  'random-25x20': {
    goalMs: 10,
    quoted: { 'CCubes (R QCA, 2018), 10 rows': 489 },
    run: () => randomProblems(25, 20, 200, 4),
  },
  'clean-18x30': { goalMs: 10, quoted: { 'R QCA 3.25.1, 104 of 206 models': 10_620 }, run: () => cleanProblem(18, 30) },
  'clean-20x30': {
    goalMs: 10,
    quoted: { 'R QCA 3.23, 308 models': 37_860, 'R QCA 3.25.1, 82 of 308 models': 3310 },
    run: () => cleanProblem(20, 30),
  },
  'primes-30x50': {
    goalMs: 100,
    quoted: {},
    run() {
      const sets = [1, 2, 5, 7].map((seed) => randomSets(seed, 30, 50));
      const times = sets.flatMap(({ positives, negatives, conditions }) =>
        Array.from({ length: 5 }, () => time(() => findPrimeImplicants(positives, negatives, conditions, limits))),
      );
      const counts = sets.map(
        ({ positives, negatives, conditions }) => findPrimeImplicants(positives, negatives, conditions, limits).count,
      );
      return {
        n: 50,
        times,
        right: counts.every((count) => count > 10_000),
        detail: { conditions: 30, implicants: counts },
      };
    },
  },
  'models-30x50': { goalMs: 100, quoted: {}, run: () => randomProblems(30, 50, 24, 4) },
  'models-30x80': { goalMs: 1000, quoted: {}, run: () => randomProblems(30, 80, 6, 2) },
  'stream-50x100': {
    goalMs: 5000,
    quoted: {},
    run() {
      const { positives, negatives, conditions } = randomSets(1, 50, 100);
      const cap = 1_000_000;
      const shares: number[] = [];
      const solveUpTo = (primeImplicants: number, proceed: (done: number) => boolean) =>
        findMinimalModels(positives, negatives, conditions, {
          ...options,
          limits: { ...limits, primeImplicants },
          proceed,
        });
      const report = (done: number) => shares.push(done) > 0;
      let solution = solveUpTo(cap, report);
      const times = Array.from({ length: 3 }, () =>
        time(() => {
          shares.length = 0;
          solution = solveUpTo(cap, report);
        }),
      );
      const stopped = solveUpTo(cap, () => false);
      return {
        n: 100,
        times,
        right:
          !solution.complete &&
          solution.lowerBound > 1 &&
          solution.lowerBound <= solution.termsPerModel &&
          shares.length > 20 &&
          !stopped.complete &&
          stopped.primes.count < cap / 10,
        detail: {
          conditions: 50,
          cap,
          reports: shares.length,
          saysIncomplete: !solution.complete,
          termsFrom: solution.lowerBound,
          termsTo: solution.termsPerModel,
          implicantsAfterCancel: stopped.primes.count,
          residentMB: Math.round(process.memoryUsage().rss / 2 ** 20),
        },
      };
    },
  },
  'table-1e4x10': { goalMs: 10, quoted: {}, run: () => tableProblem(1e4, 10) },
  'table-1e5x10': { goalMs: 50, quoted: {}, run: () => tableProblem(1e5, 10) },
  'table-1e6x10': { goalMs: 500, quoted: {}, run: () => tableProblem(1e6, 10) },
  'toggle-12': {
    goalMs: 50,
    quoted: {},
    run() {
      const table = cleanTable(7, 12, 40);
      const seen = new Set(table.rows.map((row) => row.rowNumber));
      const remainders = Array.from({ length: 4096 }, (_, i) => i + 1).filter((row) => !seen.has(row));
      const expectations = table.conditions.flatMap(({ name }) =>
        toProducts(parseExpression(name, table.conditions), table.conditions),
      );
      const conservative = solveConservative(table, settings);
      const solveWithout = (row: number) => {
        const changed = { ...settings, excluded: [configurationOf(row, table.conditions)] };
        const parsimonious = solveParsimonious(table, changed);
        solveIntermediate(table, changed, expectations, conservative, parsimonious, 20);
        return parsimonious;
      };
      const toggled = Array.from({ length: 60 }, (_, i) => remainders[(i * 67) % remainders.length]!);
      const times = toggled.map((row) => time(() => void solveWithout(row)));
      const right = toggled
        .slice(0, 5)
        .every((row) =>
          solveWithout(row).terms.every(
            ({ term }) =>
              !configurationOf(row, table.conditions).every((level, c) => term[c]! < 0 || term[c] === level),
          ),
        );
      return { n: 12, times, right, detail: { conditions: 12, observedRows: table.rows.length } };
    },
  },
};

function tableProblem(n: number, k: number): Measured {
  const data = fuzzyCases(3, n, k);
  const table = buildTruthTable(data, defaultTruthTableSettings);
  // Small tables several times at once, long enough for the processor's clock.
  const together = Math.ceil(1e5 / n);
  const times = Array.from(
    { length: 9 },
    () =>
      time(() => {
        for (let i = 0; i < together; i++) buildTruthTable(data, defaultTruthTableSettings);
      }) / together,
  );
  const right = [0, table.rows.length >> 1, table.rows.length - 1].every((r) => {
    const { configuration, consistency } = table.rows[r]!;
    const fit = sufficiencyFit(termMembership(data, configuration), data.outcome, data.one);
    return Math.abs(consistency! - fit.consistency!) < 1e-12;
  });
  return { n, times, right, detail: { conditions: k, rows: table.rows.length } };
}

export const suite: Suite = {
  needsPeers: false,
  cases: Object.keys(cases),
  async *run(id) {
    const { goalMs, quoted, run } = cases[id]!;
    const { n, times, right, detail } = run();
    const isMean = 'meanOfBestMs' in detail;
    const medianMs = isMean ? times[0]! : median(times);
    yield {
      suite: 'qca',
      case: id,
      variant: 'samenwijs',
      n,
      medianMs,
      minMs: Math.min(...times),
      rounds: times.length,
      ok: right && medianMs <= goalMs,
      detail: { goalMs, right, ...detail },
    };
    for (const [variant, ms] of Object.entries(quoted)) {
      yield {
        suite: 'qca',
        case: id,
        variant,
        n,
        medianMs: ms,
        minMs: ms,
        rounds: 0,
        ok: true,
        detail: { quoted: true, ratio: ms / medianMs },
      };
    }
  },
  table(rows: readonly Row[]) {
    const lines = rows.map(({ case: id, variant, medianMs, rounds, ok, detail }) => {
      const note =
        rounds === 0
          ? `quoted, ${Math.round(Number(detail.ratio))} times ours`
          : `goal ${detail.goalMs} ms${ok ? '' : ' MISSED'}`;
      return [id.padEnd(16), variant.padEnd(34), `${medianMs.toPrecision(3)} ms`.padStart(12), note].join('  ');
    });
    return `${lines.join('\n')}\n`;
  },
};
