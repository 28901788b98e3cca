import { Type } from 'typebox';

/** Names of models: also names of folders. */
export const modelName = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
  description: 'lower-case letters, digits and hyphens, 1 to 63 characters',
});
export const version = Type.Integer({ minimum: 1 });
