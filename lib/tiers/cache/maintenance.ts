/**
 * When AWS may replace the node of a shard. Each replication group has an hour of its own in the week: a node that
 * is replaced comes back empty, so two at once would be twice the load on the database.
 */

import type { CacheName } from '../../../core/naming.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
/** UTC. Days come first: up to seven shards have a night each; the last of 64 is at 12:00. */
const FIRST_HOURS: Readonly<Record<CacheName, number>> = { main: 3, copy: 15, gutter: 1 };
const HOURS_PER_DAY = 24;

/** e.g. `tue:03:00-tue:04:00`. */
export function maintenanceWindow(cache: CacheName, index: number): string {
  const day = index % DAYS.length;
  const hour = (FIRST_HOURS[cache] + Math.floor(index / DAYS.length)) % HOURS_PER_DAY;
  return `${at(day, hour)}-${at(hour + 1 === HOURS_PER_DAY ? day + 1 : day, (hour + 1) % HOURS_PER_DAY)}`;
}

function at(day: number, hour: number): string {
  return `${DAYS[day % DAYS.length]!}:${String(hour).padStart(2, '0')}:00`;
}
