// An independent reader of certificates: imports nothing, so that a fault in the search cannot hide in the check.

type Cells = readonly number[];
interface Claim {
  readonly version: number;
  readonly conditions: readonly { readonly levels: number; readonly silentLevel: number | null }[];
  readonly positives: readonly Cells[];
  readonly territory: { readonly kind: string; readonly cubes: readonly Cells[] };
  readonly terms: readonly {
    readonly term: Cells;
    readonly witnesses: readonly { readonly condition: number; readonly configuration: Cells }[];
  }[];
  readonly termsPerModel: number;
  readonly models: readonly (readonly number[])[];
  readonly lowerBound: readonly number[] | null;
}

/**
 * Checks a certificate: every term is permitted and loses that with any literal, every model covers every positive row
 * with the stated number of terms, no term stands twice in a model, no model twice in the list, and the lower-bound
 * rows cannot be grouped under fewer permitted terms.
 *
 * It does not check that no further model exists, nor that the rows come from the data: compare those with the table.
 *
 * @returns complaints; empty if everything holds
 * Cost: terms x literals x cubes; the lower bound tries all groupings of its few rows.
 */
export function checkCertificate(claim: Claim): string[] {
  const { conditions, positives, territory, terms, termsPerModel, models, lowerBound } = claim;
  const k = conditions.length;
  const complaints: string[] = [];
  const complain = (text: string) => void complaints.push(text);

  if (claim.version !== 1) complain(`version ${claim.version} is not known`);
  if (territory.kind !== 'forbidden' && territory.kind !== 'allowed')
    complain(`territory "${territory.kind}" is not known`);
  const isCube = (cube: Cells) =>
    cube.length === k && cube.every((v, c) => Number.isInteger(v) && v >= -1 && v < conditions[c]!.levels);
  const isRow = (row: Cells) => isCube(row) && row.every((v) => v >= 0);
  if (!positives.every(isRow)) complain('a positive row is no configuration');
  if (!territory.cubes.every(isCube) || !terms.every(({ term }) => isCube(term)))
    complain('a cube does not fit the conditions');
  if (complaints.length > 0) return complaints;

  const holds = (cube: Cells, row: Cells) => cube.every((v, c) => v < 0 || v === row[c]);
  const meet = (a: Cells, b: Cells) => a.every((v, c) => v < 0 || b[c]! < 0 || v === b[c]);
  // Is the cube inside the union of the others? Split on a condition until one holds it whole or none meets it.
  const insideUnion = (cube: Cells, others: readonly Cells[]): boolean => {
    const near = others.filter((other) => meet(cube, other));
    if (near.length === 0) return false;
    if (near.some((other) => other.every((v, c) => v < 0 || v === cube[c]))) return true;
    const c = cube.findIndex((v, at) => v < 0 && near.some((other) => other[at]! >= 0));
    return Array.from({ length: conditions[c]!.levels }, (_, v) => cube.map((old, at) => (at === c ? v : old))).every(
      (part) => insideUnion(part, near),
    );
  };
  const permitted = (cube: Cells) =>
    territory.kind === 'forbidden'
      ? !territory.cubes.some((other) => meet(cube, other))
      : insideUnion(cube, territory.cubes);
  const forbiddenRow = (row: Cells) =>
    territory.cubes.some((cube) => holds(cube, row)) === (territory.kind === 'forbidden');

  positives.forEach((row, r) => {
    if (forbiddenRow(row)) complain(`positive row ${r} is not permitted itself`);
  });
  terms.forEach(({ term, witnesses }, t) => {
    if (!permitted(term)) complain(`term ${t} covers a configuration it may not`);
    term.forEach((value, c) => {
      if (value < 0) return;
      if (value === conditions[c]!.silentLevel) complain(`term ${t} has a literal on a level that holds none`);
      const wider = term.map((v, at) => (at === c ? -1 : v));
      const proof = witnesses.find(({ condition }) => condition === c)?.configuration;
      if (!proof || !isRow(proof) || !holds(wider, proof) || !forbiddenRow(proof))
        complain(`literal ${c} of term ${t} has no valid witness`);
    });
  });
  const seen = new Set<string>();
  models.forEach((model, m) => {
    const distinct = new Set(model);
    const key = [...distinct].sort((a, b) => a - b).join();
    if (distinct.size !== termsPerModel || model.length !== termsPerModel)
      complain(`model ${m} does not have ${termsPerModel} different terms`);
    if (seen.has(key)) complain(`model ${m} stands in the list twice`);
    seen.add(key);
    if (!model.every((t) => t in terms)) complain(`model ${m} names a term that is not there`);
    const cubes = model.flatMap((t) => (t in terms ? [terms[t]!.term] : []));
    positives.forEach((row, r) => {
      if (!cubes.some((cube) => holds(cube, row))) complain(`model ${m} does not cover positive row ${r}`);
    });
  });
  if (lowerBound === null)
    return complaints.length > 0 ? complaints : ['there is no lower bound: fewer terms might do'];
  if (!lowerBound.every((r) => r in positives)) return [...complaints, 'the lower bound names a row that is not there'];

  const silence = (row: Cells) => row.map((v, c) => (v === conditions[c]!.silentLevel ? -1 : v));
  // Can these rows be grouped under fewer terms? One term covers a group iff the smallest cube around it is permitted.
  const groupable = (at: number, groups: readonly Cells[]): boolean => {
    if (at === lowerBound.length) return true;
    const row = silence(positives[lowerBound[at]!]!);
    for (let g = 0; g < groups.length; g++) {
      const joined = groups[g]!.map((v, c) => (v === row[c] ? v : -1));
      if (
        permitted(joined) &&
        groupable(
          at + 1,
          groups.map((old, o) => (o === g ? joined : old)),
        )
      )
        return true;
    }
    return groups.length < termsPerModel - 1 && groupable(at + 1, [...groups, row]);
  };
  if (termsPerModel > 0 && groupable(0, [])) complain(`${termsPerModel - 1} terms cover the rows of the lower bound`);
  return complaints;
}
