import type { RandomStream } from '../../../src/core/random/random-stream.ts';
import type { Collectives, Scenario } from './scenario.ts';

/** The households of one redraw: three waves of each outcome, and what the study may know. */
export interface People {
  readonly covariates: readonly { readonly name: string; readonly values: Float64Array }[];
  readonly treated: Uint8Array;
  /** collective of each household; null where there are none or nobody wrote them down */
  readonly collective: Int32Array | null;
  /** the effect on each household, were it treated */
  readonly effect: Float64Array;
  readonly outcomes: readonly Waves[];
  readonly isOutcomeKnown: Uint8Array;
}

/** An outcome before the baseline, at the baseline and at follow-up. */
export interface Waves {
  readonly earlier: Float64Array;
  readonly before: Float64Array;
  readonly after: Float64Array;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

export function drawPeople(scenario: Scenario, random: RandomStream): People {
  const { units: n, selection, hidden, pullOfBaseline, effect, heterogeneity, collectives } = scenario;
  const draw = () => Float64Array.from({ length: n }, () => random.normal());
  const { columns, index } = drawCovariates(scenario, random);
  const cause = draw();
  const groups = collectives === null ? null : drawCollectives(collectives, n, random);
  const parts = Array.from({ length: scenario.fishing?.outcomes ?? 1 }, () => ({
    stable: draw(),
    noise: [draw(), draw(), draw()] as const,
  }));
  const own = parts[0]!;
  const residualBefore = own.stable.map(
    (u, i) => Math.sqrt(scenario.stable) * u + Math.sqrt(1 - scenario.stable) * own.noise[1][i]!,
  );
  // The share stays near what was asked for: the log odds are shrunk for the spread of what drives the treatment.
  const spread = selection ** 2 + (hidden?.pull ?? 0) ** 2 + pullOfBaseline ** 2;
  const intercept = Math.log(scenario.treatedShare / (1 - scenario.treatedShare)) * Math.sqrt(1 + 0.35 * spread);
  const odds = index.map(
    (x, i) => intercept + selection * x + (hidden?.pull ?? 0) * cause[i]! + pullOfBaseline * residualBefore[i]!,
  );
  const treated = assign(odds, groups, collectives, random);
  const effects = index.map((x) => effect * (1 + heterogeneity * x));
  const exposure = groups === null ? null : exposureOf(treated, groups.of);
  const shock = groups === null ? null : shocksOf(groups, collectives!, treated, random);
  const outcomes = parts.map((part): Waves => {
    const at = (wave: 0 | 1 | 2) =>
      Float64Array.from(index, (x, i) => {
        const t = wave - 1;
        let y = Math.sqrt(scenario.fit) * x;
        y += Math.sqrt(scenario.stable) * part.stable[i]! + Math.sqrt(1 - scenario.stable) * part.noise[wave][i]!;
        if (hidden !== null && (hidden.from === 'always' || wave === 2)) y += hidden.push * cause[i]!;
        if (groups !== null) y += groups.level[groups.of[i]!]! + shock![wave]![groups.of[i]!]!;
        const { trend, season } = scenario;
        if (trend !== null && treated[i] === 1) y += trend.slope * (trend.from === 'before' ? t : Math.max(0, t));
        if (wave === 2) {
          y += season.shift + scenario.bend * Math.max(0, x - 0.8);
          if (treated[i] === 1) y += effects[i]!;
          else if (exposure !== null) y += scenario.spillover * exposure[i]!;
        }
        return y;
      });
    return { earlier: at(0), before: at(1), after: at(2) };
  });
  return {
    covariates: columns,
    treated,
    collective: groups !== null && collectives!.isKnown ? groups.of : null,
    effect: effects,
    outcomes,
    isOutcomeKnown: stayed(scenario, treated, own.noise[2], random),
  };
}

/** Three in five are numbers, the others of 0 and 1; `index` is their standardised sum. */
function drawCovariates({ units: n, covariates: p }: Scenario, random: RandomStream) {
  const numbers = Math.ceil(0.6 * p);
  const index = new Float64Array(n);
  const columns = Array.from({ length: p }, (_, j) => {
    const isNumber = j < numbers;
    const values = Float64Array.from({ length: n }, () => (isNumber ? random.normal() : random.bernoulli(0.4) ? 1 : 0));
    for (let i = 0; i < n; i++) {
      const standardised = isNumber ? values[i]! : (values[i]! - 0.4) / Math.sqrt(0.24);
      index[i] = index[i]! + standardised / Math.sqrt(p);
    }
    return { name: `x${j + 1}`, values };
  });
  return { columns, index };
}

interface Groups {
  readonly of: Int32Array;
  readonly level: Float64Array;
  readonly pull: Float64Array;
}

function drawCollectives({ count, stable, unevenness }: Collectives, n: number, random: RandomStream): Groups {
  const normal = (size: number) => Float64Array.from({ length: count }, () => Math.sqrt(size) * random.normal());
  return {
    of: Int32Array.from({ length: n }, (_, i) => i % count),
    level: normal(stable),
    pull: normal(unevenness ** 2),
  };
}

function assign(
  odds: Float64Array,
  groups: Groups | null,
  collectives: Collectives | null,
  random: RandomStream,
): Uint8Array {
  if (groups === null || collectives!.assignment === 'households') {
    return Uint8Array.from(odds, (o, i) =>
      random.bernoulli(logistic(o + (groups === null ? 0 : groups.pull[groups.of[i]!]!))) ? 1 : 0,
    );
  }
  const { count, treated, mixed } = collectives!;
  // Collectives of households that are more likely to take part come first, with a chance for all.
  const score = new Float64Array(count);
  odds.forEach((o, i) => {
    score[groups.of[i]!] = score[groups.of[i]!]! + (o * count) / odds.length;
  });
  const ranked = Array.from(score, (s, g) => ({ g, s: s + 0.3 * random.normal() })).sort((a, b) => b.s - a.s);
  const isTreated = new Uint8Array(count);
  for (const { g } of ranked.slice(0, treated)) isTreated[g] = 1;
  return Uint8Array.from(odds, (_, i) => {
    const own = isTreated[groups.of[i]!]!;
    return mixed > 0 && random.bernoulli(mixed) ? 1 - own : own;
  });
}

/** Treated share among the others of the same collective. */
function exposureOf(treated: Uint8Array, of: Int32Array): Float64Array {
  const count = of.reduce((most, g) => Math.max(most, g + 1), 0);
  const [sum, size] = [new Float64Array(count), new Float64Array(count)];
  of.forEach((g, i) => {
    sum[g] = sum[g]! + treated[i]!;
    size[g] = size[g]! + 1;
  });
  return Float64Array.from(of, (g, i) => (sum[g]! - treated[i]!) / Math.max(1, size[g]! - 1));
}

/** What happens to a collective in each wave; at follow-up to treated ones more, where they are odd. */
function shocksOf(
  { of }: Groups,
  { count, shock, odd }: Collectives,
  treated: Uint8Array,
  random: RandomStream,
): readonly Float64Array[] {
  const shares = new Float64Array(count);
  of.forEach((g, i) => {
    shares[g] = shares[g]! + (treated[i] === 1 ? 1 : -1);
  });
  return [0, 1, 2].map((wave) =>
    shares.map((share) => Math.sqrt(shock) * random.normal() * (wave === 2 && share > 0 ? odd : 1)),
  );
}

/** Who is still there at follow-up. The worst leave: chances grow as the noise of the outcome falls. */
function stayed({ dropOut }: Scenario, treated: Uint8Array, noise: Float64Array, random: RandomStream): Uint8Array {
  return Uint8Array.from(treated, (t, i) => {
    const { share, who } = t === 1 ? dropOut.treated : dropOut.control;
    return random.bernoulli(share * (who === 0 ? 1 : 2 * logistic(2.5 * who * noise[i]!)) + 1e-12) ? 0 : 1;
  });
}
