import { describe, expect, it } from 'vitest';
import { type Certificate, writeCertificate } from '../../../src/core/qca/certificate.ts';
import { checkCertificate } from '../../../src/core/qca/check-certificate.ts';
import { makeCondition } from '../../../src/core/qca/conditions.ts';
import { complementOf } from '../../../src/core/qca/cubes.ts';
import { defaultSearchLimits, findMinimalModels } from '../../../src/core/qca/minimal-models.ts';
import { allRows, crispConditions, mulberry } from './support.ts';

const options = { rowDominance: false, limits: { ...defaultSearchLimits, models: 20 } };

/** Certificates of random problems, of both kinds, with and without multi-value conditions. */
function certificates(rounds: number): Certificate[] {
  const random = mulberry(99);
  const found: Certificate[] = [];
  for (let round = 0; round < rounds; round++) {
    const conditions = [...crispConditions(2 + Math.floor(random() * 4))];
    if (random() < 0.4) conditions.push(makeCondition('M', 'multi-value', 3));
    const rows = allRows(conditions).filter(() => random() < 0.5);
    const roles = rows.map(() => random() < 0.4);
    const positives = rows.filter((_, r) => roles[r]);
    const negatives = rows.filter((_, r) => !roles[r]);
    if (positives.length === 0) continue;
    if (round % 2 === 0) {
      const solution = findMinimalModels(positives, negatives, conditions, options);
      found.push(writeCertificate(solution, { kind: 'forbidden', cubes: negatives }, conditions, 100_000));
    } else {
      const solution = findMinimalModels(positives, complementOf(positives, conditions), conditions, options);
      found.push(writeCertificate(solution, { kind: 'allowed', cubes: positives }, conditions, 100_000));
    }
  }
  return found;
}

type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;

/** Changes of which each makes a claim false, or leaves a part of it unproven. */
function mutants(certificate: Certificate): [string, Certificate][] {
  const changed: [string, Certificate][] = [];
  const edit = (name: string, change: (copy: Mutable<Certificate>) => void) => {
    const copy = structuredClone(certificate) as Mutable<Certificate>;
    change(copy);
    changed.push([name, copy]);
  };
  const { terms, models, conditions, positives, lowerBound, territory } = certificate;
  terms.forEach(({ term, witnesses }, t) => {
    term.forEach((value, c) => {
      if (value < 0) {
        for (let level = 0; level < conditions[c]!.levels; level++)
          edit(`term ${t} gets a literal on ${c}`, (copy) => {
            copy.terms[t]!.term[c] = level;
          });
        return;
      }
      edit(`term ${t} loses the literal on ${c}`, (copy) => {
        copy.terms[t]!.term[c] = -1;
      });
    });
    witnesses.forEach((_, w) => {
      edit(`witness ${w} of term ${t} is left out`, (copy) => {
        copy.terms[t]!.witnesses.splice(w, 1);
      });
      edit(`witness ${w} of term ${t} is a positive row`, (copy) => {
        copy.terms[t]!.witnesses[w]!.configuration = [...positives[0]!];
      });
    });
  });
  models.forEach((model, m) => {
    model.forEach((_, at) => {
      edit(`model ${m} loses term ${at}`, (copy) => {
        copy.models[m]!.splice(at, 1);
      });
      if (model.length > 1)
        edit(`model ${m} repeats a term instead of term ${at}`, (copy) => {
          copy.models[m]![at] = copy.models[m]![(at + 1) % model.length]!;
        });
    });
    edit(`model ${m} stands twice`, (copy) => {
      copy.models.push(copy.models[m]!);
    });
  });
  edit('fewer terms are claimed', (copy) => {
    copy.termsPerModel -= 1;
  });
  edit('more terms are claimed', (copy) => {
    copy.termsPerModel += 1;
  });
  lowerBound?.forEach((_, at) => {
    edit(`lower-bound row ${at} is left out`, (copy) => {
      copy.lowerBound!.splice(at, 1);
    });
  });
  edit('the lower bound is left out', (copy) => {
    copy.lowerBound = null;
  });
  edit('the territory is turned inside out', (copy) => {
    copy.territory.kind = territory.kind === 'allowed' ? 'forbidden' : 'allowed';
  });
  edit('a positive row is negative as well', (copy) => {
    if (territory.kind === 'forbidden') copy.territory.cubes.push(copy.positives[0]!);
    else copy.territory.cubes = copy.territory.cubes.filter((cube) => cube.join() !== positives[0]!.join());
  });
  return changed;
}

describe('a certificate', () => {
  const all = certificates(120);

  it('is accepted by the independent checker', () => {
    expect(all.length).toBeGreaterThan(90);
    expect(all.flatMap((certificate) => checkCertificate(certificate))).toEqual([]);
  });

  it('proves the number of terms with rows of which none can be spared', () => {
    const sizes = all.map(({ lowerBound, termsPerModel }) => [lowerBound!.length, termsPerModel] as const);
    expect(sizes.every(([rows, size]) => rows >= size)).toBe(true);
    expect(sizes.filter(([rows, size]) => rows === size).length).toBeGreaterThan(50);
  });

  it('is rejected after every change that makes it false', () => {
    let tried = 0;
    const accepted: string[] = [];
    all.forEach((certificate, at) => {
      for (const [name, mutant] of mutants(certificate)) {
        tried++;
        if (checkCertificate(mutant).length === 0) accepted.push(`certificate ${at}: ${name}`);
      }
    });
    expect(accepted).toEqual([]);
    expect(tried).toBeGreaterThan(2000);
  });
});
