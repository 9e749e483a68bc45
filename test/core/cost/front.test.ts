import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  USAGE,
  estimateControlPlane,
  estimateEdge,
  estimateFrontControl,
  estimateTasks,
  type CostTemplate,
  type Estimate,
  type PriceFile,
} from '../../../core/cost/index.ts';
import {
  targetObservationKey,
  targetsKey,
  type TargetObservationItem,
  type TargetsItem,
} from '../../../core/state/front-items.ts';
import { demo } from '../../../environments/index.ts';
import { synthesize, type Synthesized } from '../../lib/synth.ts';
import { itemBytes } from './item-bytes.ts';

/** What watching and healing balancers, tasks and names of the example may cost, beside themselves. */
const USD_A_MONTH_MAX = 6;

const prices = JSON.parse(
  readFileSync(new URL('../../../docs/prices/2026-11.json', import.meta.url), 'utf8'),
) as PriceFile;

const { service, web, edge } = demo.tiers;
const withFront = (change: object = {}): Synthesized =>
  synthesize({ tiers: { database: {}, service: service!, web: web!, edge: { ...edge!, ...change } } });
const edgeTemplate = ({ json }: Synthesized): CostTemplate => json.edge;
const controlOf = (one: Synthesized): Estimate =>
  estimateFrontControl({ templates: [one.json.state, one.json.control, edgeTemplate(one)], prices });
const edgeOf = (one: Synthesized): Estimate =>
  estimateEdge({ templates: [one.json.network, edgeTemplate(one)], prices });
const shown = ({ items, usd }: Estimate): string =>
  [
    ...items.map((item) => `${item.usd.toFixed(2).padStart(8)}  ${item.what} (${item.because})`),
    usd.toFixed(2),
  ].join('\n');

let made: Synthesized;
beforeAll(() => {
  made = withFront();
});

describe('the cost of watching the tiers in front', () => {
  it('is all that the control plane costs more with them, and the signal of the name; nothing without them', () => {
    const without = synthesize({ tiers: { database: {} } });
    const controlPlane = ({ json }: Synthesized): number =>
      estimateControlPlane({ templates: [json.state, json.control, json.edge], prices }).usd;
    expect(controlOf(made).usd).toBeCloseTo(controlPlane(made) - controlPlane(without), 6);
    expect(controlOf(without)).toEqual({ items: [], usd: 0 });
  });

  it(`is below ${USD_A_MONTH_MAX} USD a month for the example`, () => {
    const estimate = controlOf(made);
    console.info(shown(estimate));
    expect(estimate.usd).toBeGreaterThan(3);
    expect(estimate.usd).toBeLessThan(USD_A_MONTH_MAX);
  });

  it('has two features more where Route 53 asks the endpoint, and no alarm to follow', () => {
    const asked = controlOf(withFront({ healthSignal: 'endpoint' })).usd;
    const { route53HealthCheckFeatureMonth: feature, cloudwatchAlarmMonth: alarm } = prices.prices;
    expect(asked).toBeCloseTo(controlOf(made).usd + 2 * feature.usd - alarm.usd, 6);
  });

  it('assumes items no smaller than those of three targets really are', () => {
    const at = Date.UTC(2026, 10, 22);
    const ids = [1, 2, 3].map((n) => `10.42.114.13${n}:8080`);
    const observation: TargetObservationItem = {
      kind: 'target-observation',
      env: 'demo',
      az: 'us-east-1a',
      at,
      token: 123_456,
      sequence: 123_456,
      samples: ids.map((memberId) => {
        return { memberId, at, reach: 'ok', status: 200, latencyMs: 1.234_567_891_234 } as const;
      }),
      verdicts: ids.map((memberId) => ({ memberId, failure: null, since: at, samples: 86_400 })),
      blind: false,
      changed: false,
    };
    const targets: TargetsItem = {
      kind: 'targets',
      env: 'demo',
      epoch: 123_456,
      at,
      healthPath: '/health',
      targets: ids.map((memberId) => {
        const [address] = memberId.split(':');
        const entry = { memberId, address: address!, port: 8080, az: 'us-east-1a', since: at };
        return { ...entry, registered: true, balancer: 'healthy' } as const;
      }),
      removals: [],
      shifted: [],
      memory: {
        failOpen: false,
        zones: Object.fromEntries(
          ['a', 'b', 'c'].map((z) => [`us-east-1${z}`, { look: 'well', since: at } as const]),
        ),
        edge: { healthy: true, since: at, good: 1000, bad: 0 },
        drift: null,
        recordsReadAt: at,
      },
    };
    const assumed = USAGE.frontItemBytes + ids.length * USAGE.frontTargetBytes;
    const sizes = [
      itemBytes({ ...targetObservationKey('us-east-1a', at), ...observation, expiresAt: at / 1000 }),
      itemBytes({ ...targetsKey('demo'), ...targets, expiresAt: at / 1000 }),
    ];
    for (const bytes of sizes) {
      expect(bytes).toBeGreaterThan(assumed / 2);
      expect(bytes).toBeLessThanOrEqual(assumed);
    }
  });
});

describe('the cost of the edge', () => {
  const hour = (name: 'balancerHour' | 'natGatewayHour' | 'publicAddressHour' | 'balancerUnitHour'): number =>
    USAGE.hoursPerMonth * prices.prices[name].usd;

  it('is that of balancers, gateways, their addresses, the rules and the zone', () => {
    const balancers = 2 * hour('balancerHour') + hour('balancerUnitHour');
    const network = 3 * hour('natGatewayHour') + (2 * 3 + 3) * hour('publicAddressHour');
    const names = 5 + 1 + prices.prices.route53ZoneMonth.usd;
    expect(edgeOf(made).usd).toBeCloseTo(balancers + network + names, 6);
  });

  it('has one balancer and its addresses less without a second', () => {
    const saved = hour('balancerHour') + 3 * hour('publicAddressHour');
    expect(edgeOf(withFront({ secondary: 'none' })).usd).toBeCloseTo(edgeOf(made).usd - saved, 6);
  });

  it('has an accelerator for fixed addresses, and requests where they are known', () => {
    const accelerator = USAGE.hoursPerMonth * prices.prices.acceleratorHour.usd;
    expect(edgeOf(withFront({ entry: 'static-ip' })).usd).toBeCloseTo(edgeOf(made).usd + accelerator, 6);
    const templates = [made.json.network, edgeTemplate(made)];
    const asked = estimateEdge({ templates, prices, requestsPerMonth: 1_000_000, units: 3 });
    expect(asked.usd).toBeCloseTo(edgeOf(made).usd + 0.6 + 2 * hour('balancerUnitHour'), 6);
  });

  it('is nothing for a network without tasks', () => {
    const { json } = synthesize({ tiers: { database: {} } });
    expect(estimateEdge({ templates: [json.network], prices })).toEqual({ items: [], usd: 0 });
  });
});

describe('the cost of the tasks', () => {
  it('is that of six small ones, three of them found by three', () => {
    const estimate = estimateTasks({ template: made.json.compute, prices });
    const { fargateArmVcpuHour, fargateArmGbHour, cloudMapInstanceMonth, cloudMapCall } = prices.prices;
    const tasks = USAGE.hoursPerMonth * 6 * (0.25 * fargateArmVcpuHour.usd + 0.5 * fargateArmGbHour.usd);
    const calls = (3 * USAGE.hoursPerMonth * 3600) / USAGE.discoverSeconds;
    const found = 3 * cloudMapInstanceMonth.usd + calls * cloudMapCall.usd;
    expect(estimate.usd).toBeCloseTo(tasks + found, 6);
    console.info(`${shown(edgeOf(made))}\n${shown(estimate)}`);
  });

  it('is that of the least that scaling runs: the template names no count', () => {
    const more = withFront();
    for (const { Type, Properties } of Object.values(more.json.compute.Resources)) {
      if (Type === 'AWS::ApplicationAutoScaling::ScalableTarget')
        Object.assign(Properties, { MinCapacity: 6 });
    }
    const [three, six] = [made, more].map((one) => estimateTasks({ template: one.json.compute, prices }).usd);
    expect(six!).toBeCloseTo(2 * three!, 6);
  });
});
