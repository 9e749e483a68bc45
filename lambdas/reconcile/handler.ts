/**
 * The level-triggered sweep: every minute, and at once when a parameter changes, it repairs what events lost.
 * It copies validated thresholds, quotas and rules into the tables, and wakes a controller whose work is not done.
 */

import type {
  AlarmReader,
  Clock,
  Log,
  Metrics,
  ParameterReader,
  StateStore,
  StrategyStore,
} from '../../core/ports/index.ts';
import { DIMENSION } from '../shared/contract.ts';
import type { ControllerSettings, ThrottledResource } from '../shared/environment.ts';
import { parseTrigger, placeOf, type Trigger } from '../shared/events.ts';
import type { Invocation } from '../shared/invocation.ts';
import { FUNCTION, METRIC } from './contract.ts';
import { copyQuotas } from './copy-quotas.ts';
import { copyStrategies } from './copy-strategies.ts';
import { copyThresholds } from './copy-thresholds.ts';
import { findLostWork } from './find-lost-work.ts';

export interface ReconcilePorts {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly parameters: ParameterReader;
  readonly alarms: AlarmReader;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Where the rules in force are kept. @default - there is no web tier: null */
  readonly strategies?: StrategyStore | null;
}

export interface ReconcileSettings extends ControllerSettings {
  readonly parameterRoot: string;
  readonly alarmPrefix: string;
  /** Whose quotas are copied. @default - none */
  readonly resources?: readonly ThrottledResource[];
  /** Whose rules are copied. @default - none */
  readonly services?: readonly string[];
}

export interface ReconcileReport {
  readonly trigger: Trigger['kind'];
  /** By `<layer>/<name>`: why the parameter was refused; by the root: why none could be read. */
  readonly refused: Readonly<Record<string, string>>;
  /** Controllers woken, and why. */
  readonly woken: Readonly<Record<string, string>>;
}

export type ReconcileHandler = (event: unknown, invocation: Invocation) => Promise<ReconcileReport>;

export function createHandler(ports: ReconcilePorts, settings: ReconcileSettings): ReconcileHandler {
  return async (event, invocation) => {
    const place = { ...placeOf(invocation.functionArn), env: settings.env, table: settings.table };
    const trigger = parseTrigger(event, { ...place, controller: FUNCTION });
    if (trigger.kind !== 'schedule' && trigger.kind !== 'parameters') {
      const why = 'why' in trigger ? trigger.why : 'this event is not for this function';
      ports.log.warn('not triggered', { trigger: trigger.kind, why });
      return { trigger: trigger.kind, refused: {}, woken: {} };
    }
    // Parameters that cannot be read are told like one that is refused: the last good values stay in force.
    const refused = await guarded(ports, 'parameters', settings.parameterRoot, () => copy(ports, settings));
    const woken =
      trigger.kind === 'schedule' ? await guarded(ports, 'lost work', null, () => wake(ports, settings)) : {};
    emit(ports, settings, { refused: Object.keys(refused).length, woken: Object.keys(woken).length });
    ports.log.info('reconciled', { trigger: trigger.kind, refused, woken });
    return { trigger: trigger.kind, refused, woken };
  };
}

async function copy(
  ports: ReconcilePorts,
  { parameterRoot, resources = [], services = [] }: ReconcileSettings,
): Promise<Readonly<Record<string, string>>> {
  const texts = await ports.parameters.under(parameterRoot);
  const thresholds = await copyThresholds(ports, texts);
  const quotas = await copyQuotas(ports, resources, texts);
  const { strategies = null } = ports;
  return { ...thresholds, ...quotas, ...(await copyStrategies(ports, { strategies, services }, texts)) };
}

async function wake(
  ports: ReconcilePorts,
  settings: ReconcileSettings,
): Promise<Readonly<Record<string, string>>> {
  const lost = await findLostWork(ports, settings);
  for (const [controller, why] of Object.entries(lost)) {
    await ports.store.putWake({
      kind: 'wake',
      controller,
      at: ports.clock.now(),
      by: settings.functionName,
      why,
    });
  }
  return lost;
}

/** One half that fails does not take the other with it; the next minute tries again. `name` reports the failure. */
async function guarded(
  { log }: ReconcilePorts,
  what: string,
  name: string | null,
  work: () => Promise<Readonly<Record<string, string>>>,
): Promise<Readonly<Record<string, string>>> {
  try {
    return await work();
  } catch (error) {
    log.error(`${what}: not reconciled`, { error: String(error) });
    return name === null ? {} : { [name]: String(error) };
  }
}

/** What did not happen is not written: a metric costs by the hours in which it is. */
function emit(
  { metrics }: ReconcilePorts,
  { env }: ReconcileSettings,
  counts: { readonly refused: number; readonly woken: number },
): void {
  const values = [
    { name: METRIC.parameterRefused, value: counts.refused, unit: 'Count' as const },
    { name: METRIC.lostTransitions, value: counts.woken, unit: 'Count' as const },
  ].filter(({ value }) => value > 0);
  if (values.length > 0) metrics.emit([{ dimensions: { [DIMENSION.env]: env }, values }]);
}
