import { readFileSync } from 'node:fs';
import type { DemoCatalogue, DemoCollective } from '../app/pages.ts';

const file = new URL('../../datasets/heat-transition/collectives.json', import.meta.url);

/** Names, regions and goals of the demo's collectives, for the pages. */
export function demoCatalogue(): DemoCatalogue {
  const { demo, collectives } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly demo: readonly string[];
    readonly collectives: readonly Omit<DemoCollective, 'featured'>[];
  };
  return {
    panel: 'heat-transition',
    collectives: collectives.map(({ id, name, region, goals }) => ({
      id,
      name,
      region,
      goals,
      featured: demo.includes(id),
    })),
  };
}
