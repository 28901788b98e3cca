import { expect, it } from 'vitest';
import { authorise } from '../../src/app/authorise.ts';

it('a refusal says in words what is not allowed', () => {
  const said = (...what: [Parameters<typeof authorise>[1], Parameters<typeof authorise>[2]['kind']]) => {
    try {
      authorise({ role: 'visitor' }, what[0], { kind: what[1] });
    } catch (error) {
      return (error as Error).message.replace(/;.*/s, '.');
    }
    return null;
  };
  expect(said('see-units', 'panel')).toBe('The role "visitor" may not see the units of a panel.');
  expect(said('ingest', 'panel')).toBe('The role "visitor" may not load data into a panel.');
  expect(said('audit', 'events')).toBe('The role "visitor" may not read the record of events.');
  expect(said('consent-for', 'household')).toBe('The role "visitor" may not speak for a household.');
  expect(said('read', 'panel')).toBeNull();
});
