import { describe, expect, it } from 'vitest';
import { ShardStore } from '../../../../proving/sim/cache/shard-store.ts';
import { randomOf, SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';

function stage(room = 100) {
  const clock = new SimClock();
  const evicted: number[] = [];
  const onEvicted = (): void => void evicted.push(clock.now());
  const options = { clock, random: randomOf(1), room, data: new Map(), onEvicted };
  return { clock, evicted, options, store: new ShardStore(options) };
}

const BYTES = Uint8Array.of(1);

describe('what a shard holds', () => {
  it('expires by the clock of its server, which is not quite that of others', async () => {
    const { clock, store } = stage();
    store.write('k', BYTES, 10_000);
    await clock.runUntil(START_MS + 9700);
    expect(store.read('k')).toEqual(BYTES);
    await clock.runUntil(START_MS + 10_300);
    expect(store.read('k')).toBeNull();
    expect(store.names()).toEqual([]);
  });

  it('F-20: expires early or late when the date of the server changes', () => {
    const { store } = stage();
    store.write('k', BYTES, 10_000);
    store.setOff(60_000);
    expect(store.read('k')).toBeNull();
    store.setOff(-60_000);
    expect(store.read('k')).toEqual(BYTES);
  });

  it('drops something else, or the new entry itself, when there is no room', () => {
    const { store, evicted } = stage(3);
    for (const name of ['a', 'b', 'c', 'd', 'e']) store.write(name, BYTES, 1000);
    expect(store.names()).toHaveLength(3);
    expect(evicted).toHaveLength(2);
  });

  it('is copied with what is left of each time to live', async () => {
    const { clock, store, options } = stage();
    store.write('k', BYTES, 1000);
    const copy = new ShardStore({ ...options, data: store.data });
    store.remove('k');
    expect(copy.read('k')).toEqual(BYTES);
    await clock.runUntil(START_MS + 2000);
    expect(copy.read('k')).toBeNull();
  });
});
