import { Type } from 'typebox';
import { strict } from './operation.ts';
import { panelName, unitId } from './panels.ts';

const said = {
  person: Type.String({
    minLength: 1,
    maxLength: 100,
    description: 'tells the adults of the household apart; a number serves, a name is not needed',
  }),
  purpose: Type.Union([Type.Literal('collective'), Type.Literal('research')]),
  kind: Type.Union([Type.Literal('given'), Type.Literal('renewed'), Type.Literal('withdrawn')]),
};
const event = { sequence: Type.Integer({ minimum: 1 }), ...said, at: Type.String() };

export const consentRequest = strict(said);

export const consentReport = strict({
  ...event,
  household: unitId,
  panels: Type.Array(panelName, { description: 'panels that hold the household now' }),
  jobs: Type.Integer({ description: 'made out of date by this: they answer data-withdrawn' }),
  results: Type.Integer({ description: 'made out of date by this: they answer data-withdrawn' }),
  released: Type.Integer({ description: 'of the results, those that had left to others than the operator' }),
  receipt: Type.String({
    description: 'keep it: sha256 of receipt, household and person, a line each, stands in the event log',
  }),
});

export const consentList = strict({ household: unitId, events: Type.Array(strict(event)) });
