/**
 * Finds controllers whose work is not done: an unfinished recovery, a pool on its way, a standing failure or
 * an alarm that nothing in the ledger answers. Each is a wake item; the controller then decides for itself.
 */

import { agreedWriter, isUnfinished, viewpoints } from '../../core/database/index.ts';
import type { AlarmInAlarm } from '../../core/ports/index.ts';
import type { LedgerItem, ObservationItem, PoolItem } from '../../core/state/items.ts';
import { CONTROLLERS } from '../shared/contract.ts';
import { databaseThresholds } from '../shared/thresholds.ts';
import type { ReconcilePorts, ReconcileSettings } from './handler.ts';

export type Controller = (typeof CONTROLLERS)[number];

const LEDGER_COUNT = 20;

/** By controller: why it is to be woken. */
export async function findLostWork(
  { store, alarms, clock, log }: Pick<ReconcilePorts, 'store' | 'alarms' | 'clock' | 'log'>,
  settings: ReconcileSettings,
): Promise<Readonly<Record<string, string>>> {
  const [thresholds, ledger, pool, observations] = await Promise.all([
    databaseThresholds(store),
    store.recentLedger(settings.clusterId, LEDGER_COUNT),
    store.readPool(settings.clusterId),
    store.latestObservations(settings.zones),
  ]);
  const rules = { now: clock.now(), ageMsMax: thresholds['observation-age-ms-max'] };
  const { voting } = viewpoints(
    observations.filter((item) => item.env === settings.env),
    rules,
  );
  const inAlarm = await alarms.inAlarm(settings.alarmPrefix).catch((error: unknown) => {
    log.warn('alarms cannot be read', { error: String(error) });
    return [];
  });
  const lost: Record<string, string> = {};
  for (const controller of CONTROLLERS) {
    const why =
      unfinished(controller, ledger) ??
      (controller === 'replica-pool' ? poolOnItsWay(pool, agreedWriter(voting), settings) : null) ??
      standingFailure(controller, voting, ledger) ??
      unansweredAlarm(controller, inAlarm, ledger);
    if (why !== null) lost[controller] = why;
  }
  return lost;
}

function unfinished(controller: Controller, ledger: readonly LedgerItem[]): string | null {
  const item = ledger.find((entry) => entry.function === controller && isUnfinished(entry));
  return item === undefined ? null : `recovery ${item.id} is ${item.state}`;
}

/**
 * Roles that the pool has not followed, members on their way out or back, a pool that fails open, or an endpoint
 * that has yet to follow.
 */
function poolOnItsWay(
  pool: PoolItem | null,
  writer: string | null,
  { memberIds }: ReconcileSettings,
): string | null {
  if (pool === null) return 'no pool is published yet';
  const absent = memberIds.filter((id) => writer !== null && id !== writer && pool.members[id] === undefined);
  if (absent.length > 0) return `${absent.join(', ')} is a reader and not in the pool`;
  const away = Object.entries(pool.members).filter(([, { state }]) => state !== 'in');
  if (away.length > 0) return away.map(([id, { state }]) => `${id} is ${state}`).join(', ');
  if (pool.failOpen) return 'the pool fails open';
  const late = pool.excluded.filter((id) => memberIds.includes(id));
  return late.length > 0 ? `the custom endpoint still excludes ${late.join(', ')}` : null;
}

function standingFailure(
  controller: Controller,
  voting: readonly ObservationItem[],
  ledger: readonly LedgerItem[],
): string | null {
  for (const { az, verdicts } of voting) {
    for (const { failure, memberId, since } of verdicts) {
      if (failure === null || controllerOf(failure) !== controller) continue;
      if (!isAnswered(controller, ledger, since)) return `${memberId} is ${failure} in ${az}`;
    }
  }
  return null;
}

function unansweredAlarm(
  controller: Controller,
  inAlarm: readonly AlarmInAlarm[],
  ledger: readonly LedgerItem[],
): string | null {
  const lost = inAlarm.find(
    ({ metric, since }) =>
      metric !== null && controllerOf(metric) === controller && !isAnswered(controller, ledger, since),
  );
  return lost === undefined ? null : `alarm ${lost.name} is in ALARM and nothing answers it`;
}

/** Metrics of failures bear the failures' names. */
function controllerOf(failure: string): Controller | null {
  if (failure.startsWith('reader-') && failure !== 'reader-lag-ms') return 'replica-pool';
  return failure.startsWith('writer-') ? 'write-failover' : null;
}

function isAnswered(controller: Controller, ledger: readonly LedgerItem[], since: number): boolean {
  return ledger.some((item) => item.function === controller && item.startedAt >= since);
}
