/** The state table as one invocation reaches it. */

import type { StateStore } from '../../../core/ports/index.ts';
import type { PortSite } from './ports.ts';
import { recordCall } from './record.ts';
import { errorOf, PROBER_STATE_BOUNDS, STATE_BOUNDS } from './service-calls.ts';

const LATENCY_MS = [3, 12] as const;

export function storePort(site: PortSite): StateStore {
  const { world, watch, invocation } = site;
  const { store } = world;
  const send = sender(site);
  /** A read whose answer is among the facts of a decision. */
  const fact = <T>(name: string, effect: () => Promise<T>): Promise<T> =>
    send(name, effect).then((answer) => {
      watch.facts(world.clock.now());
      return answer;
    });
  return {
    latestObservations: (zones) =>
      fact('GetObservations', () => store.latestObservations(zones)).then((items) => {
        watch.observations(items);
        return items;
      }),
    putObservation: (item) => send('PutObservation', () => store.putObservation(item)),
    outcomes: (applications) => fact('GetOutcomes', () => store.outcomes(applications)),
    acquireLease: (request) =>
      send('AcquireLease', () => store.acquireLease(request)).then((lease) => (watch.lease = lease)),
    takeLease: (request) =>
      send('TakeLease', () => store.takeLease(request)).then((lease) => (watch.lease = lease)),
    renewLease: (lease, request) =>
      send('RenewLease', () => store.renewLease(lease, request)).then((renewed) => (watch.lease = renewed)),
    releaseLease: (lease, now) => {
      watch.lease = null;
      return send('ReleaseLease', () => store.releaseLease(lease, now));
    },
    readLease: (name) => send('GetLease', () => store.readLease(name)),
    appendLedger: (item) => send('AppendLedger', () => store.appendLedger(item)),
    updateLedger: (item) =>
      send('UpdateLedger', async () => {
        const taken = await store.updateLedger(item);
        if (!taken) world.rare('ledger refused by epoch');
        return taken;
      }),
    recentLedger: (clusterId, count) => fact('GetLedger', () => store.recentLedger(clusterId, count)),
    readPool: (clusterId) => fact('GetPool', () => store.readPool(clusterId)),
    putPool: (item) => {
      const made = recordCall(site, { call: 'state:PutPool', target: item.clusterId, token: item.epoch });
      return send('PutPool', async () => {
        const taken = await store.putPool(item);
        if (!taken) world.rare('pool refused by epoch');
        if (invocation.end !== null) world.rare('pool written after its function ended');
        made.settle(taken ? ACCEPTED : OVERTAKEN, taken);
        return taken;
      });
    },
    readThresholds: (tier) => fact('GetThresholds', () => store.readThresholds(tier)),
    putThresholds: (item) => send('PutThresholds', () => store.putThresholds(item)),
    readQuotas: (resource) => fact('GetQuotas', () => store.readQuotas(resource)),
    putQuotas: (item) => send('PutQuotas', () => store.putQuotas(item)),
    readControl: (tier) => send('GetControl', () => store.readControl(tier)),
    putWake: (item) => send('PutWake', () => store.putWake(item)),
  };
}

const ACCEPTED = { outcome: 'accepted' } as const;
const OVERTAKEN = { outcome: 'refused', code: 'epoch-overtaken', conflict: true, retryable: false } as const;

function sender({ world, invocation, folder }: PortSite) {
  const bounds = folder === 'health-check' ? PROBER_STATE_BOUNDS : STATE_BOUNDS;
  return <T>(name: string, effect: () => Promise<T>): Promise<T> =>
    invocation.call({
      name: `state:${name}`,
      bounds,
      compares: true,
      strike: () =>
        world.board.strike('state') ??
        (world.board.lateMs('state') > bounds.requestMs ? 'answer-lost' : null),
      latencyMs: () => world.random.between(...LATENCY_MS) + world.board.lateMs('state'),
      effect,
      failed: (fault) => {
        throw errorOf(fault);
      },
    });
}
