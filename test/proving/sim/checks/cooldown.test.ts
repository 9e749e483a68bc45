import { describe, expect, it } from 'vitest';
import type { LedgerItem } from '../../../../core/state/items.ts';
import { noFlapping, onceAnEvent, oneInACooldown } from '../../../../proving/sim/checks/cooldown.ts';
import { call, database, engine, NOW, pool, recovery, sayLast, step, THRESHOLDS, view } from './view.ts';

const COOLDOWN = THRESHOLDS['cooldown-ms'];

describe('I-10: one failover a cooldown', () => {
  const pair = (apartMs: number, change = {}) => [call({ at: NOW - apartMs }), call({ ...change })];

  it('holds when they are a cooldown apart, or one had no effect', () => {
    const checker = oneInACooldown();
    expect(sayLast(checker, view({ calls: pair(COOLDOWN) }))).toBeNull();
    expect(checker.checked).toBe(2);
    expect(sayLast(oneInACooldown(), view({ calls: pair(1000, { effective: false }) }))).toBeNull();
  });

  it('breaks when two take effect within one', () => {
    const said = sayLast(oneInACooldown(), view({ calls: pair(COOLDOWN - 1) }));
    expect(said).toMatch(/3599999 ms after that to db-2, the cooldown is 3600000 ms/);
  });

  it('lets a person end the cooldown', () => {
    const acknowledged = { by: 'ada', why: 'test', at: NOW - 500 };
    const ledger = [{ acknowledged } as LedgerItem];
    expect(sayLast(oneInACooldown(), view({ calls: pair(1000), ledger }))).toBeNull();
    const before = [{ acknowledged: { ...acknowledged, at: NOW - 1001 } } as LedgerItem];
    expect(sayLast(oneInACooldown(), view({ calls: pair(1000), ledger: before }))).toMatch(/cooldown/);
  });
});

describe('I-11: an event that comes twice acts once', () => {
  it('breaks when a failover rests on what was seen before the last one', () => {
    const first = call({ at: NOW - 3000 });
    const again = (evidenceAt: number) => view({ calls: [first, call({ evidenceAt })] });
    expect(sayLast(onceAnEvent(), again(NOW - 2999))).toBeNull();
    expect(sayLast(onceAnEvent(), again(NOW - 3001))).toMatch(
      /on evidence of 1 ms before the failover to db-2/,
    );
  });

  it('breaks when the pool is written again with nothing changed', () => {
    const first = pool({ 'db-2': 'in', 'db-3': 'out' }, { excluded: ['db-3'], endpointEditedAt: NOW });
    const again = (change: object) => view({ pool: { ...first, epoch: 2, at: NOW + 1000, ...change } });
    const checker = onceAnEvent();
    expect(sayLast(checker, view({ pool: first }), again({ failOpen: true }))).toBeNull();
    expect(checker.checked).toBe(1);
    expect(
      sayLast(onceAnEvent(), view({ pool: first }), again({ endpointEditedAt: NOW + 60_000 })),
    ).toBeNull();
    expect(sayLast(onceAnEvent(), view({ pool: first }), again({}))).toMatch(/written again, 1000 ms later/);
  });
});

describe('I-11: a pool that is written again as a fence', () => {
  const first = pool({ 'db-2': 'in', 'db-3': 'in' });
  const closed = (change: object, publish: object = {}) => {
    const steps = [step({ name: 'publish', call: 'dynamodb:PutItem', target: 'pool#c', ...publish })];
    const ledger = [recovery({ id: 'pool-2-1', epoch: 3, function: 'replica-pool', steps, ...change })];
    return sayLast(
      onceAnEvent(),
      view({ pool: first }),
      view({ pool: { ...first, epoch: 3, at: NOW + 1 }, ledger }),
    );
  };

  it('keeps out a publication of an earlier epoch that was begun', () => {
    expect(closed({})).toBeNull();
  });

  it('is needed for nothing that was never begun, is of this epoch, or was closed under another', () => {
    expect(closed({}, { at: null })).toMatch(/written again/);
    expect(closed({ id: 'pool-3-1' })).toMatch(/written again/);
    expect(closed({ epoch: 4 })).toMatch(/written again/);
  });
});

describe('I-15: no flapping', () => {
  const at = (generation: number, change: Parameters<typeof engine>[1] = {}) =>
    view({
      database: database({
        generation,
        engines: [engine('db-1', { generation, ...change }), engine('db-2'), engine('db-3')],
      }),
    });

  it('allows one change of our own, and one for each loss', () => {
    const checker = noFlapping();
    expect(sayLast(checker, at(1), at(2), at(2, { up: false }), at(3))).toBeNull();
    expect(checker.checked).toBe(2);
  });

  it('breaks at the second change without a loss', () => {
    expect(sayLast(noFlapping(), at(1), at(2), at(3))).toMatch(/2 changes of the writer for 0 losses of one/);
  });

  it('counts a freeze as a loss, once however long it lasts', () => {
    const frozen = { frozen: true, acceptsCommits: false };
    expect(sayLast(noFlapping(), at(1), at(1, frozen), at(1, frozen), at(2), at(3))).toBeNull();
    expect(sayLast(noFlapping(), at(1), at(1, frozen), at(1, frozen), at(2), at(3), at(4))).toMatch(
      /3 changes/,
    );
  });

  it('counts no loss where the former writer lives on as a reader', () => {
    const writes = (id: string, generation: number) =>
      view({
        database: database({
          generation,
          engines: ['db-1', 'db-2', 'db-3'].map((each) =>
            engine(each, { role: each === id ? 'writer' : 'reader', generation }),
          ),
        }),
      });
    const said = sayLast(noFlapping(), writes('db-1', 1), writes('db-2', 2), writes('db-3', 3));
    expect(said).toMatch(/2 changes of the writer for 0 losses/);
  });

  it('counts no demotion as a loss', () => {
    const demoting = view({
      database: database({
        described: { clusterId: 'c', status: 'failing-over', members: [], at: NOW },
        engines: [engine('db-1', { up: false }), engine('db-2'), engine('db-3')],
      }),
    });
    expect(sayLast(noFlapping(), at(1), demoting, at(2), at(3))).toMatch(
      /2 changes of the writer for 0 losses/,
    );
  });
});
