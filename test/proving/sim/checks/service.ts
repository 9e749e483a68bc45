/** A throttled service made by hand: two instances that share 100 requests a second, and seconds like each other. */

import type {
  CallerSecond,
  InstanceAllowance,
  ServiceSecond,
  ServiceSite,
} from '../../../../proving/sim/service/index.ts';
import type { Checker, FaultView, SimView } from '../../../../proving/sim/model.ts';
import { NOW, view } from './view.ts';

export const SITE: ServiceSite = {
  application: 'shop',
  instances: 2,
  slots: 5,
  workMs: 100,
  capacityPerS: 100,
  quotas: { capacityPerS: 100, burstS: 1 },
  callers: [
    { name: 'steady-1', kind: 'steady', perSecond: 40, criticality: 'critical' },
    { name: 'surging-1', kind: 'surging', perSecond: 20, criticality: 'sheddable-plus' },
    { name: 'flooding-1', kind: 'flooding', perSecond: 2, criticality: 'critical' },
  ],
};

export function met(requests: number, change: Partial<CallerSecond> = {}): CallerSecond {
  const answered = change.answered ?? requests;
  return {
    requests,
    attempts: requests,
    attemptsMax: 1,
    answered,
    refused: requests - answered,
    failed: 0,
    latenciesMs: Array.from({ length: answered }, () => 100),
    ...change,
  };
}

export function allowance(at: number, change: Partial<InstanceAllowance> = {}): InstanceAllowance {
  return {
    instance: 'shop-1-1',
    isFrozen: false,
    perSecond: 50,
    lease: { epoch: 1, at: at - 5000, until: at + 25_000, total: 50 },
    callers: { 'steady-1': 25, 'surging-1': 20, 'flooding-1': 5 },
    ...change,
  };
}

export interface SecondChange extends Partial<Omit<ServiceSecond, 'callers' | 'load'>> {
  readonly callers?: Readonly<Record<string, CallerSecond>>;
  readonly load?: Partial<ServiceSecond['load']>;
}

/** So many seconds, from the start of the run; `change` says what is special about each. */
export function seconds(
  count: number,
  change: (index: number, at: number) => SecondChange = () => ({}),
): ServiceSecond[] {
  const usual = { 'steady-1': met(40), 'surging-1': met(20), 'flooding-1': met(2) };
  return Array.from({ length: count }, (_, index) => {
    const at = NOW + index * 1000;
    const { callers = {}, load, ...rest } = change(index, at);
    return {
      at,
      callers: new Map(Object.entries({ ...usual, ...callers })),
      load: { times: 1, flood: 1, isStorm: false, ...load },
      bearsPerS: 100,
      admitted: 62 * (index + 1),
      asked: 62 * (index + 1),
      instances: [allowance(at), allowance(at, { instance: 'shop-2-1' })],
      ...rest,
    };
  });
}

export function fault(id: string, change: Partial<FaultView> = {}): FaultView {
  return { id, target: '', places: null, from: NOW, until: null, effective: true, ...change };
}

export function serviceView(all: readonly ServiceSecond[], change: Partial<SimView> = {}): SimView {
  const now = (all.at(-1)?.at ?? NOW) + 3000;
  return view({ now, service: { site: SITE, seconds: all }, ...change });
}

/** What the checker says of a run of these seconds. */
export function sayOf(
  checker: Checker,
  all: readonly ServiceSecond[],
  change: Partial<SimView> = {},
): string | null {
  return checker.check(serviceView(all, change));
}
