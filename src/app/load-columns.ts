import type { PanelColumns } from '../core/panel/columns.ts';
import type { AnalysisKind } from './analyses.ts';
import { AppError } from './errors.ts';
import type { PanelDescription } from './panels.ts';
import type { PanelStore } from './ports.ts';
import { purposeOf } from './purposes.ts';
import type { AttritionStep, DataSource } from './results.ts';

/** The columns of an analysis, with what its result says of them. */
export interface LoadedColumns {
  readonly data: PanelColumns;
  readonly source: DataSource;
  /** the first steps of the attrition: none where no household withdrew its consent */
  readonly attrition: readonly AttritionStep[];
}

/**
 * The columns of an analysis, without the households whose consent for its purpose is withdrawn: every analysis of a panel reads
 * here. Free text is refused, for everybody: what people wrote is no treatment, covariate, condition, outcome or cluster, and a
 * level of it is a sentence of one person. Codes are.
 *
 * @param upTo only rows up to this wave
 * @throws invalid-request for a text; data-withdrawn where nobody is left; what `PanelStore.columns` throws
 */
export async function loadColumns(
  panels: PanelStore,
  { panel, revision, description }: PanelDescription,
  variables: readonly string[],
  kind: AnalysisKind,
  upTo?: string,
): Promise<LoadedColumns> {
  const text = description.find(
    ({ name, type, role }) => type === 'text' && role !== 'collective' && variables.includes(name),
  );
  if (text !== undefined) {
    throw new AppError(
      'invalid-request',
      `"${text.name}" is free text, which never leaves the hub; expected a number or a coded attribute. Code the answers first.`,
      { variable: text.name },
    );
  }
  const { leftOut, consents, ...data } = await panels.columns(panel, revision, variables, purposeOf[kind], upTo);
  const units = data.unitIds.length;
  if (leftOut > 0 && units === 0) {
    throw new AppError(
      'data-withdrawn',
      `Every household of panel "${panel}" is left out of this analysis, for consent to it was withdrawn. Ask for another panel or revision.`,
      { panel },
    );
  }
  return {
    data,
    source: { panel, revision: data.revision, digest: data.digest, units: null, consents },
    attrition:
      leftOut === 0
        ? []
        : [
            { step: 'units-of-revision', units: units + leftOut },
            { step: 'consent-withdrawn', units },
          ],
  };
}
