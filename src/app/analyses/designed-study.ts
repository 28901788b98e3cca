import type { Warning } from '../../core/errors.ts';
import type { Actor } from '../actor.ts';
import { minimumGroup } from '../minimum-group.ts';
import type { AnalysisContext } from '../ports.ts';
import type { Draft } from '../results.ts';
import { drawDesign, type StudyDesignBody } from './draw-design.ts';
import { gateCautions, gateDesign, gateStudyAttrition } from './matching-study-body.ts';
import { completeProtocol, type StudyProtocol } from './study-protocol.ts';

/** The design of a study by its protocol, carried out without the outcome: to be looked at, changed, and then sealed. */
export const designedStudy = {
  settings: completeProtocol,

  async run(protocol: StudyProtocol, context: AnalysisContext): Promise<Draft<StudyProtocol, StudyDesignBody>> {
    const { source, attrition, warnings, body, protocol: settings } = await drawDesign(protocol, context);
    return { class: 'release', settings, seed: settings.seed, sources: [source], attrition, warnings, body };
  },

  release(body: StudyDesignBody, actor: Actor): StudyDesignBody {
    return actor.role === 'operator' || !body.protected ? body : gateDesigned(body);
  },

  releaseAttrition: gateStudyAttrition,
  releaseWarnings: (warnings: readonly Warning[], body: StudyDesignBody): readonly Warning[] =>
    gateCautions(warnings, body, gateDesigned(body)),
};

function gateDesigned(body: StudyDesignBody): StudyDesignBody {
  const shown = gateDesign(body);
  const isFew = body.supportBefore !== null && Object.values(body.supportBefore).some((n) => n > 0 && n < minimumGroup);
  const hides = shown.withheld !== null;
  return {
    ...shown,
    detectable: hides || isFew ? null : body.detectable,
    supportBefore: null,
    digest: hides ? null : body.digest,
  };
}
