import { describe, expect, it } from 'vitest';
import { createHandler } from '../../lambdas/reconcile/handler.ts';
import type { ResourceQuotas } from '../../core/throttle/index.ts';
import { METRIC } from '../../lambdas/reconcile/contract.ts';
import { VirtualClock } from './fakes/clock.ts';
import { invocation, MemoryStore, RecordedMetrics, settingsOf, SILENT } from './fakes/process.ts';
import { World } from './fakes/world.ts';

const DEFAULT = 'defaults/quotas/quotes';
const OVERRIDE = 'overrides/quotas/quotes';
const capacity = (capacityPerS: number): string => JSON.stringify({ capacityPerS });

function setUp() {
  const clock = new VirtualClock();
  const world = new World(clock);
  const store = new MemoryStore(world);
  const metrics = new RecordedMetrics();
  const texts: Record<string, string> = { [DEFAULT]: capacity(100) };
  const ports = {
    clock,
    store,
    metrics,
    log: SILENT,
    parameters: { under: async () => texts },
    alarms: { inAlarm: async () => [] },
  };
  const settings = {
    ...settingsOf('reconcile', world),
    parameterRoot: '/understudy/demo',
    alarmPrefix: 'understudy-demo-',
    resources: [{ resource: 'quotes', application: 'shop' }],
  };
  const run = async () => {
    const { refused } = await createHandler(ports, settings)({}, invocation(clock, 'reconcile'));
    return { refused, item: store.quotas.get('quotes') };
  };
  return { clock, store, metrics, texts, ports, run };
}

describe('the quotas of a resource', () => {
  it('are copied with every default applied, and written again only when they differ', async () => {
    const rig = setUp();
    const { item, refused } = await rig.run();
    expect(refused).toEqual({});
    const others = { floorPerS: 0, limitPerS: null, weight: 1, criticality: 'critical' };
    const quotas = {
      resource: 'quotes',
      application: 'shop',
      capacityPerS: 100,
      burstS: 1,
      callers: {},
      others,
    };
    expect(item).toEqual({ kind: 'quotas', quotas, at: rig.clock.now(), refused: {} });
    // As DynamoDB may give it back: the fields of a map have no order there.
    const turned = Object.fromEntries(Object.entries(item!.quotas).toReversed()) as unknown as ResourceQuotas;
    const known = { ...item!, quotas: turned };
    rig.store.quotas.set('quotes', known);
    rig.clock.advance(60_000);
    expect((await rig.run()).item).toBe(known);
  });

  it("are the override's whole document, and the default's again when the override is taken back", async () => {
    const rig = setUp();
    rig.texts[DEFAULT] = JSON.stringify({ capacityPerS: 100, callers: { a: { floorPerS: 10 } } });
    rig.texts[OVERRIDE] = capacity(80);
    const overridden = (await rig.run()).item!.quotas;
    expect(overridden).toMatchObject({ capacityPerS: 80, callers: {} });
    delete rig.texts[OVERRIDE];
    const after = (await rig.run()).item!.quotas;
    expect(after.capacityPerS).toBe(100);
    expect(after.callers['a']!.floorPerS).toBe(10);
  });

  it.each([
    ['no JSON', 'garbage', 'quotes must be one JSON object'],
    ['empty', '', 'quotes must be one JSON object'],
    ['huge', `{"capacityPerS": 1}${' '.repeat(9000)}`, 'quotes must have at most 8192 characters'],
    ['a list', '[1]', 'quotes must be an object (and 1 more)'],
    ['a threshold', '80', 'quotes must be an object (and 1 more)'],
    ['a negative capacity', capacity(-1), 'quotes.capacityPerS must be a number above 0 and at most 1000000'],
    [
      'floors above the capacity',
      JSON.stringify({ capacityPerS: 1, callers: { a: { floorPerS: 2 } } }),
      'quotes.callers the floors of all callers add up to 2, above the capacity of 1 a second',
    ],
  ])(
    'I-31, F-21: an override that is %s is refused, told and counted; the last good one stays',
    async (_, text, why) => {
      const rig = setUp();
      rig.texts[OVERRIDE] = capacity(80);
      await rig.run();
      rig.texts[OVERRIDE] = text;
      const { refused, item } = await rig.run();
      expect(refused).toEqual({ [OVERRIDE]: why });
      expect(item!.quotas.capacityPerS).toBe(80);
      expect(item!.refused).toEqual({ overrides: why });
      expect(rig.metrics.values(METRIC.parameterRefused)).toEqual([1]);
      // The refusal is told until the document is mended, and not written again meanwhile.
      expect(await rig.run()).toEqual({ refused, item });
      rig.texts[OVERRIDE] = capacity(70);
      expect((await rig.run()).item).toMatchObject({ quotas: { capacityPerS: 70 }, refused: {} });
    },
  );

  it('I-31: a refused default leaves the last good one', async () => {
    const rig = setUp();
    await rig.run();
    rig.texts[DEFAULT] = capacity(0);
    const { refused, item } = await rig.run();
    expect(Object.keys(refused)).toEqual([DEFAULT]);
    expect(item!.quotas.capacityPerS).toBe(100);
  });

  it("I-31: a refused override before the first copy leaves the default's document", async () => {
    const rig = setUp();
    rig.texts[OVERRIDE] = 'garbage';
    const { refused, item } = await rig.run();
    expect(Object.keys(refused)).toEqual([OVERRIDE]);
    expect(item!.quotas.capacityPerS).toBe(100);
  });

  it('I-31: nothing is put where there never was anything legal', async () => {
    const rig = setUp();
    rig.texts[DEFAULT] = 'garbage';
    rig.texts[OVERRIDE] = '{}';
    const { refused, item } = await rig.run();
    expect(Object.keys(refused).toSorted()).toEqual([DEFAULT, OVERRIDE]);
    expect(item).toBeUndefined();
  });

  it('I-30: parameters that are gone are no quotas: the last good ones stay', async () => {
    const rig = setUp();
    await rig.run();
    delete rig.texts[DEFAULT];
    expect((await rig.run()).item!.quotas.capacityPerS).toBe(100);
  });

  it('F-21: a document for a resource that is not there is told, a bounded number of them', async () => {
    const rig = setUp();
    rig.texts['overrides/quotas/qoutes'] = capacity(5);
    const { refused, item } = await rig.run();
    expect(refused).toEqual({ 'overrides/quotas/qoutes': 'is no throttled resource of this environment' });
    expect(item!.quotas.capacityPerS).toBe(100);
    for (let n = 0; n < 500; n += 1) rig.texts[`overrides/quotas/${'x'.repeat(500)}${n}`] = capacity(5);
    const many = Object.keys((await rig.run()).refused);
    expect(many.length).toBeLessThanOrEqual(20);
    expect(many.every((name) => name.length <= 64)).toBe(true);
  });

  it('a table that cannot be written is told like parameters that cannot be read', async () => {
    const rig = setUp();
    rig.ports.store.putQuotas = () => Promise.reject(new Error('throttled'));
    const { refused } = await rig.run();
    expect(refused).toEqual({ '/understudy/demo': 'Error: throttled' });
    expect(rig.store.thresholds.has('throttle')).toBe(true);
  });

  it('F-21: names of the prototype are resources like any other: there are none', async () => {
    const rig = setUp();
    rig.texts['overrides/quotas/__proto__'] = capacity(5);
    rig.texts['overrides/quotas/constructor'] = capacity(5);
    const { refused } = await rig.run();
    expect(Object.keys(refused)).toHaveLength(2);
  });
});
