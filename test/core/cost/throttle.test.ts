import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  USAGE,
  estimateControlPlane,
  estimateThrottle,
  usdOfFurtherInstance,
  type PriceFile,
} from '../../../core/cost/index.ts';
import {
  demandKey,
  throttleLeaseKey,
  type DemandItem,
  type ThrottleLeaseItem,
} from '../../../core/state/throttle-items.ts';
import { synthesize, type Synthesized } from '../../lib/synth.ts';
import { itemBytes } from './item-bytes.ts';

const prices = JSON.parse(
  readFileSync(new URL('../../../docs/prices/2026-11.json', import.meta.url), 'utf8'),
) as PriceFile;

const ofThrottle = ({ json }: Synthesized, instances?: number) => {
  const input = { templates: [json.state, json.control], prices };
  return instances === undefined ? input : { ...input, instances };
};
const usd = (made: Synthesized, instances?: number): number =>
  estimateThrottle(ofThrottle(made, instances)).usd;
const controlPlane = ({ json }: Synthesized): number =>
  estimateControlPlane({ templates: [json.state, json.control], prices }).usd;

let made: Synthesized;
beforeAll(() => {
  made = synthesize();
});

describe('the cost of the throttle', () => {
  it('is all that the control plane costs more with it, and nothing without it', () => {
    const without = synthesize({ throttle: {} });
    expect(usd(made)).toBeCloseTo(controlPlane(made) - controlPlane(without), 6);
    expect(estimateThrottle(ofThrottle(without))).toEqual({ items: [], usd: 0 });
    const lines = estimateThrottle(ofThrottle(made)).items.map(
      (item) => `${item.usd.toFixed(2).padStart(8)}  ${item.what} (${item.because})`,
    );
    console.info(`${lines.join('\n')}\n${usd(made).toFixed(2)} in all`);
  });

  it('runs six times a minute for one process, and at most thirty times for any number', () => {
    const runs = (instances: number): number =>
      estimateThrottle(ofThrottle(made, instances)).items.find(({ what }) => what === 'Throttle, requests')!
        .quantity /
      (USAGE.hoursPerMonth * 60);
    expect(runs(1)).toBeCloseTo(6, 6);
    expect(runs(3)).toBeGreaterThan(6);
    expect(runs(1000)).toBeGreaterThan(29);
    expect(runs(1000)).toBeLessThanOrEqual(30);
  });

  it('grows with every process, by what the page of the tier quotes', () => {
    const further = usdOfFurtherInstance(ofThrottle(made));
    expect(further).toBeCloseTo(usd(made, USAGE.throttleInstances + 1) - usd(made), 6);
    console.info(`one process more than ${USAGE.throttleInstances}: ${further.toFixed(2)} USD a month`);
    for (const instances of [1, 10, 100]) {
      const one = usdOfFurtherInstance(ofThrottle(made, instances));
      console.info(
        `one process more than ${instances}: ${one.toFixed(2)}, ${instances}: ${usd(made, instances).toFixed(2)}`,
      );
      // Its own report, the lease that answers it and the read of that cannot be shared.
      expect(one).toBeGreaterThan(0.3);
      expect(one).toBeLessThan(1.2);
    }
  });

  it('follows the template: rarer reports cost less, a second resource more', () => {
    const rarer = synthesize({ thresholds: { throttle: { 'report-ms': 15_000 } } });
    expect(usd(rarer)).toBeLessThan(usd(made) - 0.5);
    const orders = { application: 'shop', capacityPerS: 10 };
    const quotes = { application: 'shop', capacityPerS: 100 };
    expect(usd(synthesize({ throttle: { quotes, orders } }))).toBeGreaterThan(usd(made) + 2);
  });
});

describe('what the estimate assumes', () => {
  const instance = '0f8fad5b-d9cb-469f-a165-70867728950e';
  const names = Array.from({ length: 10 }, (_, n) => `caller-of-some-length-${n}`);
  const place = { application: 'shop', resource: 'quotes', instance };
  const at = Date.UTC(2026, 10, 22);
  const held = { epoch: 123_456, until: at, total: 33.333333333333336 };

  it('is no smaller than a report of ten callers really is', () => {
    const item: DemandItem = {
      kind: 'demand',
      ...place,
      at,
      callers: Object.fromEntries(names.map((name) => [name, 3.3333333333333335])),
      others: 1.1,
      held,
    };
    const bytes = itemBytes({ ...demandKey('shop', 'quotes', instance), ...item, expiresAt: at / 1000 });
    expect(bytes).toBeGreaterThan(USAGE.demandItemBytes / 2);
    expect(bytes).toBeLessThanOrEqual(USAGE.demandItemBytes);
  });

  it('is no smaller than a lease of ten callers really is, with one that was not yet taken up', () => {
    const item: ThrottleLeaseItem = {
      kind: 'throttle-lease',
      ...place,
      ...held,
      at,
      callers: Object.fromEntries(names.map((name) => [name, 3.3333333333333335])),
      others: 1.6666666666666667,
      answers: at,
      burstS: 1,
      criticalities: { [names[0]!]: 'sheddable', [names[1]!]: 'critical-plus' },
      othersCriticality: 'critical',
      granted: [{ ...held, at }],
    };
    const bytes = itemBytes({
      ...throttleLeaseKey('shop', 'quotes', instance),
      ...item,
      expiresAt: at / 1000,
    });
    expect(bytes).toBeGreaterThan(USAGE.throttleLeaseItemBytes / 2);
    expect(bytes).toBeLessThanOrEqual(USAGE.throttleLeaseItemBytes);
  });
});
