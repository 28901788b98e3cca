import { AppError } from '../app/errors.ts';
import { standardErrors } from '../core/effects/robust-covariance.ts';
import { type PanelCovarianceType, panelCovariance, type SmallSample } from '../core/panel-models/panel-covariance.ts';
import {
  fitPanelRegression,
  type PanelFit,
  type PanelModel,
  type PanelRegressionInput,
} from '../core/panel-models/panel-regression.ts';
import { panelTests } from '../core/panel-models/panel-tests.ts';
import type { Effects } from '../core/panel-models/within-transformation.ts';
import { designColumns } from '../core/propensity/design-matrix.ts';
import type { CaseContext } from './case.ts';
import { panelCodes } from './panel-codes.ts';
import { byName, frameFor, type TermWords, toTerms } from './words.ts';

interface PanelWords {
  readonly outcome: TermWords;
  readonly terms: readonly TermWords[];
  readonly unit: string;
  readonly time: string;
}

interface LinearWords extends PanelWords {
  readonly model: PanelModel;
  readonly effects?: Effects;
  readonly standardErrors: readonly string[];
}

const errorTypes: ReadonlySet<string> = new Set<PanelCovarianceType>([
  'classical',
  'white',
  'cluster-unit',
  'cluster-time',
  'two-way-cluster',
  'driscoll-kraay',
]);
const factors: Readonly<Record<string, SmallSample>> = { HC0: 'none', HC1: 'HC1', stata: 'CR1' };

/** panel.linear */
export function panelLinear(words: LinearWords, context: CaseContext): unknown {
  const { kernels } = context;
  const { input, units } = read(words, context);
  const fit = fitPanelRegression({ ...input, model: words.model, effects: words.effects ?? 'unit' }, kernels);
  const { names, coefficients } = fit.regression;
  return {
    coefficients: byName(names, coefficients),
    standardErrors: Object.fromEntries(
      words.standardErrors.map((name) => [
        name,
        byName(names, standardErrors(panelCovariance(fit, ...readErrorType(name), kernels).matrix)),
      ]),
    ),
    rSquared: fit.rSquared,
    adjustedRSquared: fit.adjustedRSquared,
    residualSumOfSquares: fit.residualSumOfSquares,
    dfResidual: fit.residualDegreesOfFreedom,
    observations: fit.observations,
    ...effectsOf(fit, units),
    ...componentsOf(fit),
  };
}

/** panel.tests */
export function panelTest(words: PanelWords, context: CaseContext): unknown {
  return panelTests(read(words, context).input, context.kernels);
}

function read(
  words: PanelWords,
  { table }: CaseContext,
): { readonly input: Omit<PanelRegressionInput, 'model' | 'effects'>; readonly units: readonly string[] } {
  const frame = frameFor(table, [words.outcome, ...words.terms]);
  const unit = panelCodes(table, words.unit);
  return {
    units: unit.labels,
    input: {
      unit: unit.codes,
      period: panelCodes(table, words.time).codes,
      outcome: designColumns(frame, toTerms([words.outcome]))[0]!.values,
      columns: designColumns(frame, toTerms(words.terms)),
    },
  };
}

/** `cluster-unit-HC1` is the type `cluster-unit` with the factor `HC1`; `classical` has no factor. */
function readErrorType(name: string): [PanelCovarianceType, SmallSample] {
  const at = name.lastIndexOf('-');
  const type = name === 'classical' ? name : name.slice(0, at);
  const factor = name === 'classical' ? 'none' : factors[name.slice(at + 1)];
  if (errorTypes.has(type) && factor !== undefined) return [type as PanelCovarianceType, factor];
  throw new AppError('not-implemented', `The standard error "${name}" is not built yet.`);
}

function effectsOf({ unitEffects, panel }: PanelFit, units: readonly string[]): object {
  if (unitEffects === null) return {};
  const names = Array.from(panel.unitCodes, (code) => units[code]!);
  return { unitEffects: byName(names, unitEffects) };
}

function componentsOf({ varianceComponents, panel }: PanelFit): object {
  if (varianceComponents === null) return {};
  const { idiosyncratic, unit, theta } = varianceComponents;
  return { varianceComponents: { idiosyncratic, unit }, theta: panel.balanced ? theta[0] : [...theta] };
}
