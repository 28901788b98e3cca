import type { Ports } from '../../src/app/ports.ts';

/** A clock of which the test says what day it is; it ticks a second each time it is read. */
export function calendar(today = '2026-01-01') {
  let day = today;
  let tick = 0;
  const clock: Ports['clock'] = {
    now: () => new Date(Date.parse(`${day}T00:00:00.000Z`) + 1000 * tick++).toISOString(),
  };
  return {
    clock,
    turnTo(date: string) {
      day = date;
      tick = 0;
    },
  };
}
