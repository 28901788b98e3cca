import { Type } from 'typebox';
import { nullable, strict } from './operation.ts';

const loggedEvent = strict(
  {
    sequence: Type.Integer({ minimum: 1 }),
    at: Type.String(),
    type: Type.String(),
    subject: Type.String(),
    details: Type.String({ description: 'JSON text, exactly as hashed' }),
    previousHash: Type.String(),
    hash: Type.String(),
  },
  { description: '`hash` is sha256 of the JSON array of the six fields before it' },
);

export const eventList = strict({
  events: Type.Array(loggedEvent),
  firstBroken: nullable(Type.Integer({ description: 'the first entry that does not follow from the one before' })),
});
