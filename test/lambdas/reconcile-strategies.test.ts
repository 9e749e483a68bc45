import { describe, expect, it } from 'vitest';
import type { StrategyStore } from '../../core/ports/index.ts';
import type { StrategyItem } from '../../core/state/front-items.ts';
import { defaultStrategy } from '../../core/strategy/index.ts';
import { createHandler } from '../../lambdas/reconcile/handler.ts';
import { METRIC } from '../../lambdas/reconcile/contract.ts';
import { VirtualClock } from './fakes/clock.ts';
import { invocation, MemoryStore, RecordedMetrics, settingsOf, SILENT } from './fakes/process.ts';
import { World } from './fakes/world.ts';

const DEFAULT = 'defaults/strategy/shop';
const OVERRIDE = 'overrides/strategy/shop';
const split = (canary: number): string => JSON.stringify({ split: { stable: 100 - canary, canary } });

class MemoryStrategies implements StrategyStore {
  readonly items = new Map<string, StrategyItem>();
  writes = 0;

  readStrategy(service: string): Promise<StrategyItem | null> {
    return Promise.resolve(this.items.get(service) ?? null);
  }

  putStrategy(item: StrategyItem): Promise<void> {
    this.writes += 1;
    this.items.set(item.service, item);
    return Promise.resolve();
  }
}

function setUp(services: readonly string[] = ['shop']) {
  const clock = new VirtualClock();
  const world = new World(clock);
  const strategies = new MemoryStrategies();
  const metrics = new RecordedMetrics();
  const texts: Record<string, string> = { [DEFAULT]: JSON.stringify(defaultStrategy()) };
  const ports = {
    clock,
    store: new MemoryStore(world),
    metrics,
    log: SILENT,
    parameters: { under: async () => texts },
    alarms: { inAlarm: async () => [] },
    strategies,
  };
  const settings = {
    ...settingsOf('reconcile', world),
    parameterRoot: '/understudy/demo',
    alarmPrefix: 'understudy-demo-',
    services,
  };
  const run = async () => {
    const { refused } = await createHandler(ports, settings)({}, invocation(clock, 'reconcile'));
    return { refused, item: strategies.items.get('shop') };
  };
  return { clock, strategies, metrics, texts, ports, settings, run };
}

describe('the rules of a service', () => {
  it('are copied as they were written, and written again only when they differ', async () => {
    const rig = setUp();
    const { item, refused } = await rig.run();
    expect(refused).toEqual({});
    expect(item).toEqual({
      kind: 'strategy',
      service: 'shop',
      document: JSON.stringify(defaultStrategy()),
      at: rig.clock.now(),
      refused: null,
    });
    rig.clock.advance(60_000);
    await rig.run();
    expect(rig.strategies.writes).toBe(1);
  });

  it("are the override's whole document, and the default's again when the override is taken back", async () => {
    const rig = setUp();
    rig.texts[OVERRIDE] = split(5);
    expect((await rig.run()).item!.document).toBe(split(5));
    delete rig.texts[OVERRIDE];
    expect((await rig.run()).item!.document).toBe(JSON.stringify(defaultStrategy()));
  });

  it.each([
    ['no JSON', 'garbage', 'shop must be one JSON object'],
    ['a list', '[1]', 'shop must be an object'],
    [
      'weights over 100',
      '{"split": {"stable": 95, "canary": 105}}',
      'shop.split.canary must be a number from 0 to 100 with two decimals at most',
    ],
    [
      'weights that do not add up',
      '{"split": {"stable": 95, "canary": 10}}',
      'shop.split must add up to 100, not to 105',
    ],
    [
      'a rule that matches nobody',
      '{"rules": [{"users": [], "to": {"version": "canary"}}]}',
      'shop.rules[0].users matches nobody: the list is empty',
    ],
  ])(
    'I-31, F-21: an override that is %s is refused, told and counted; the last good one stays',
    async (_, text, why) => {
      const rig = setUp();
      rig.texts[OVERRIDE] = split(5);
      await rig.run();
      rig.texts[OVERRIDE] = text;
      const { refused, item } = await rig.run();
      expect(refused).toEqual({ [OVERRIDE]: why });
      expect(item).toMatchObject({ document: split(5), refused: `overrides: ${why}` });
      expect(rig.metrics.values(METRIC.parameterRefused).at(-1)).toBe(1);
    },
  );

  it('of a service that nobody knows are refused by name', async () => {
    const rig = setUp();
    rig.texts['overrides/strategy/shpo'] = split(5);
    expect((await rig.run()).refused).toEqual({
      'overrides/strategy/shpo': 'is no service of this environment',
    });
  });

  it('are nobody’s affair where there is no web tier', async () => {
    const rig = setUp();
    const handler = createHandler({ ...rig.ports, strategies: null }, rig.settings);
    const { refused } = await handler({}, invocation(rig.clock, 'reconcile'));
    expect([refused, rig.strategies.writes]).toEqual([{}, 0]);
  });
});
