import type { PanelColumns } from '../core/panel/columns.ts';
import { AppError } from './errors.ts';
import type { PanelDescription } from './panels.ts';
import type { PanelStore } from './ports.ts';

/**
 * The columns of an analysis. Free text is refused here, for everybody: what people wrote is no treatment, covariate,
 * condition, outcome or cluster, and a level of it is a sentence of one person. Codes are.
 *
 * @throws invalid-request for a text; what `PanelStore.columns` throws
 */
export async function loadColumns(
  panels: PanelStore,
  { panel, revision, description }: PanelDescription,
  variables: readonly string[],
): Promise<PanelColumns> {
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
  return panels.columns(panel, revision, variables);
}
