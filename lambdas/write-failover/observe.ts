import type { DescribedCluster, FailoverFacts } from '../../core/database/index.ts';
import { databaseThresholds } from '../shared/thresholds.ts';
import type { ActContext } from './act.ts';

/** Recoveries read back: more than a cooldown can hold, as each begins one. */
const LEDGER_COUNT = 20;

export async function observe({
  ports,
  settings,
}: Pick<ActContext, 'ports' | 'settings'>): Promise<FailoverFacts> {
  const { store, clock } = ports;
  const { clusterId, memberIds, zones, applications } = settings;
  const [thresholds, observations, outcomes, recent] = await Promise.all([
    databaseThresholds(store),
    store.latestObservations(zones),
    store.outcomes(applications),
    store.recentLedger(clusterId, LEDGER_COUNT),
  ]);
  const own = observations.filter((item) => item.env === settings.env);
  const ledger = recent.filter((item) => item.function === settings.functionName);
  const suspicious =
    ledger.some((item) => item.state !== 'done' && item.state !== 'aborted') ||
    own.some(({ verdicts }) => verdicts.some(({ failure }) => failure?.startsWith('writer-')));
  const cluster = suspicious ? await describe({ ports, settings }) : null;
  return {
    now: clock.now(),
    clusterId,
    thresholds,
    memberIds,
    observations: own,
    outcomes,
    cluster,
    ledger,
  };
}

/** Null when AWS cannot be asked: the decision then holds off. */
async function describe({
  ports,
  settings,
}: Pick<ActContext, 'ports' | 'settings'>): Promise<DescribedCluster | null> {
  try {
    return await ports.control.describe(settings.clusterId);
  } catch (error) {
    ports.log.warn('the cluster cannot be described', { error: String(error) });
    return null;
  }
}
