import { digestOf } from '../digest.ts';
import { AppError } from '../errors.ts';
import type { DataSource } from '../results.ts';
import type { StudySeal } from '../study-seal.ts';
import type { DrawnDesign } from './draw-design.ts';

/** @throws seal-broken where a design is not as it was sealed, saying what is not */
export function refuseBroken({ body, source, protocol }: DrawnDesign, seal: StudySeal): void {
  refuseOtherData(source, seal);
  if (digestOf(protocol) !== seal.protocol) throw broken('protocol', seal);
  // Consent for something else, or of somebody whom the design does not use, changes nothing that was sealed.
  if (body.digest !== seal.design) throw broken(source.consents === seal.data.consents ? 'design' : 'data', seal);
}

function refuseOtherData({ revision, digest }: DataSource, seal: StudySeal): void {
  if (revision !== seal.data.revision || digest !== seal.data.digest) throw broken('data', seal);
}

const broken = (changed: 'data' | 'protocol' | 'design', { seal }: StudySeal): AppError =>
  new AppError(
    'seal-broken',
    `The study cannot be estimated under its seal: ${
      changed === 'data'
        ? 'the data are not those of the seal: a unit was erased, or consent was given or withdrawn'
        : changed === 'protocol'
          ? 'the protocol is not that of the seal'
          : 'the same protocol and data give another sample or another table, as another version of the engine may'
    }. Design it again and seal that.`,
    { changed, seal },
  );
