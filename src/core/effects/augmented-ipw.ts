import { CoreError } from '../errors.ts';

/** An estimate that is the mean of its influences but for a rest that vanishes. */
export interface InfluenceEstimate {
  readonly estimate: number;
  readonly standardError: number;
  /** n values around 0: how far each unit moves the estimate, times n */
  readonly influence: Float64Array;
  /** S = sqrt(mean residual^2 x mean alpha^2), alpha the weights with which outcomes enter: bias = S x what a hidden cause explains */
  readonly biasScale: number;
}

export interface AugmentedEffects {
  readonly ate: InfluenceEstimate;
  readonly att: InfluenceEstimate;
  readonly horvitzThompsonAte: number;
  readonly hajekAte: number;
  readonly hajekAtt: number;
  readonly outcomeModelMeanTreated: number;
  readonly outcomeModelMeanControl: number;
  readonly outcomeModelAtt: number;
}

/**
 * Augmented inverse-probability estimates: right if either the propensity or the outcome models are.
 *
 * phi = m1 - m0 + t (y - m1)/e - (1 - t)(y - m0)/(1 - e); ATE = mean phi, SE = sqrt(mean (phi - ATE)^2 / n).
 * psi = [t (y - m0) - (1 - t) e/(1 - e) (y - m0)] / p with p the treated share; ATT = mean psi,
 * SE = sqrt(mean (psi - ATT t/p)^2 / n).
 *
 * S of the two: residuals y - m1 or y - m0 by group; alpha = t/e - (1 - t)/(1 - e), for the treated [t - (1 - t) e/(1 - e)] / p.
 *
 * @param outcome, propensity, predictedTreated, predictedControl n finite values each; propensities strictly in (0, 1)
 * @param treated n values, 0 or 1, both occurring
 * @throws no-overlap for a propensity of 0 or 1
 * Cost: O(n). Source: Robins, Rotnitzky and Zhao 1994, doi:10.1080/01621459.1994.10476818; influence functions as in Hahn 1998;
 * S: Chernozhukov, Cinelli, Newey, Sharma and Syrgkanis 2022, doi:10.3386/w30302, section 3.
 */
export function augmentedIpw(
  outcome: Float64Array,
  treated: Uint8Array,
  propensity: Float64Array,
  predictedTreated: Float64Array,
  predictedControl: Float64Array,
): AugmentedEffects {
  const n = outcome.length;
  const share = treated.reduce((sum, t) => sum + t, 0) / n;
  const phi = new Float64Array(n);
  const psi = new Float64Array(n);
  const sums = { ht: 0, w1: 0, y1: 0, w0: 0, y0: 0, a1: 0, a0: 0, wa0: 0, m1: 0, m0: 0, om: 0 };
  const squares = { residual: 0, ate: 0, att: 0 };
  for (let i = 0; i < n; i++) {
    const e = propensity[i]!;
    if (!(e > 0 && e < 1)) {
      throw new CoreError('no-overlap', `The propensity of unit ${i} is ${e}; clip propensities, or leave out terms.`, {
        row: i,
      });
    }
    const y = outcome[i]!;
    const m1 = predictedTreated[i]!;
    const m0 = predictedControl[i]!;
    const odds = e / (1 - e);
    sums.m1 += m1;
    sums.m0 += m0;
    if (treated[i] === 1) {
      phi[i] = m1 - m0 + (y - m1) / e;
      psi[i] = (y - m0) / share;
      sums.ht += y / e;
      sums.w1 += 1 / e;
      sums.y1 += y / e;
      sums.a1 += y;
      sums.om += m1 - m0;
      squares.residual += (y - m1) ** 2;
      squares.ate += 1 / e / e;
      squares.att += 1 / share / share;
    } else {
      phi[i] = m1 - m0 - (y - m0) / (1 - e);
      psi[i] = (-odds * (y - m0)) / share;
      sums.ht -= y / (1 - e);
      sums.w0 += 1 / (1 - e);
      sums.y0 += y / (1 - e);
      sums.wa0 += odds;
      sums.a0 += odds * y;
      squares.residual += (y - m0) ** 2;
      squares.ate += 1 / (1 - e) / (1 - e);
      squares.att += (odds / share) ** 2;
    }
  }
  const ate = phi.reduce((sum, v) => sum + v, 0) / n;
  const att = psi.reduce((sum, v) => sum + v, 0) / n;
  const from = (estimate: number, influence: Float64Array, alphaSquares: number): InfluenceEstimate => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += influence[i]! ** 2;
    const biasScale = Math.sqrt((squares.residual / n) * (alphaSquares / n));
    return { estimate, standardError: Math.sqrt(sum / n / n), influence, biasScale };
  };
  const n1 = share * n;
  return {
    ate: from(
      ate,
      phi.map((v) => v - ate),
      squares.ate,
    ),
    att: from(
      att,
      psi.map((v, i) => v - (treated[i] === 1 ? att / share : 0)),
      squares.att,
    ),
    horvitzThompsonAte: sums.ht / n,
    hajekAte: sums.y1 / sums.w1 - sums.y0 / sums.w0,
    hajekAtt: sums.a1 / n1 - sums.a0 / sums.wa0,
    outcomeModelMeanTreated: sums.m1 / n,
    outcomeModelMeanControl: sums.m0 / n,
    outcomeModelAtt: sums.om / n1,
  };
}
