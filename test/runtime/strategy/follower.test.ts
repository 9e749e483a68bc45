import { describe, expect, it } from 'vitest';
import type { StrategyItem } from '../../../core/state/front-items.ts';
import { StrategyFollower } from '../../../runtime/strategy/follower.ts';
import { seeded, VirtualClock } from '../simulated/virtual-clock.ts';

const itemOf = (document: unknown): StrategyItem => ({
  kind: 'strategy',
  service: 'shop',
  document: typeof document === 'string' ? document : JSON.stringify(document),
  at: 1,
  refused: null,
});
const TO_CANARY = { split: { stable: 0, canary: 100 } };

class Source {
  item: StrategyItem | null = null;
  fails = false;
  reads = 0;

  read(): Promise<StrategyItem | null> {
    this.reads += 1;
    return this.fails ? Promise.reject(new Error('the table is away')) : Promise.resolve(this.item);
  }
}

async function setUp(item: StrategyItem | null = null) {
  const clock = new VirtualClock();
  const source = new Source();
  source.item = item;
  const follower = new StrategyFollower({ source, service: 'shop', clock, random: seeded(3) });
  await follower.start();
  return { clock, source, follower, version: () => follower.assign({ user: 'ann' }).version };
}

describe('the rules in force', () => {
  it('send everybody to stable where nobody wrote any', async () => {
    const { version, follower } = await setUp();
    expect(version()).toBe('stable');
    expect(follower.describe()).toMatchObject({ refused: null, failures: 0 });
  });

  it('are taken up within 6 s of a change', async () => {
    const { version, clock, source } = await setUp();
    source.item = itemOf(TO_CANARY);
    await clock.advance(6000);
    expect(version()).toBe('canary');
  });

  it.each([
    ['garbage', itemOf('garbage')],
    ['weights that do not add up', itemOf({ split: { stable: 50, canary: 5 } })],
    ['no document at all', { kind: 'strategy' } as unknown as StrategyItem],
  ])('I-31: stay as they are when what is read is %s, and say why', async (_, bad) => {
    const { version, clock, source, follower } = await setUp(itemOf(TO_CANARY));
    source.item = bad;
    await clock.advance(6000);
    expect(version()).toBe('canary');
    expect(follower.describe().refused).toEqual(expect.any(String));
    source.item = itemOf({});
    await clock.advance(6000);
    expect([version(), follower.describe().refused]).toEqual(['stable', null]);
  });

  it('I-29, I-30: stay as they are while the table is away, or the item is gone', async () => {
    const { version, clock, source, follower } = await setUp(itemOf(TO_CANARY));
    source.fails = true;
    await clock.advance(3_600_000);
    expect(follower.describe().failures).toBeGreaterThan(500);
    source.fails = false;
    source.item = null;
    await clock.advance(60_000);
    expect(version()).toBe('canary');
  });

  it('are not read any more once it is closed', async () => {
    const { clock, source, follower } = await setUp();
    follower.close();
    const { reads } = source;
    await clock.advance(60_000);
    expect([source.reads, clock.pending]).toEqual([reads, 0]);
  });
});
