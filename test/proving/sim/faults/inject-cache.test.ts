import { describe, expect, it } from 'vitest';
import { FaultBoard } from '../../../../proving/sim/faults/board.ts';
import { isOnCache, type CacheFaultSpec } from '../../../../proving/sim/faults/cache-spec.ts';
import { applyToCache, undoOnCache, type CacheTarget } from '../../../../proving/sim/faults/inject-cache.ts';
import { randomOf, SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';

const SPAN = { from: START_MS, until: START_MS + 1000 };
const CACHE = { tier: 'cache' } as const;

/** Begins and ends faults by hand, and keeps how the one shard and the one process stand. */
function made(...specs: CacheFaultSpec[]) {
  const stands: Record<string, unknown> = {};
  const done: string[] = [];
  const set = (name: string, value: unknown): true => {
    stands[name] = value;
    return true;
  };
  const note = (what: string): true => {
    done.push(what);
    return true;
  };
  const cache: CacheTarget = {
    shardCount: 1,
    processCount: 1,
    killShard: () => note('kill'),
    restartShard: (_, returns) => void note(`restart ${returns}`),
    hangShard: () => set('hung', true),
    continueShard: () => void set('hung', false),
    slowShard: (_, ms) => void set('slow', ms),
    flushShard: () => note('flush'),
    setShardOff: (_, ms) => void set('shard off', ms),
    takeOver: (_, returns) => void note(`takeover ${returns}`),
    endTakeOver: (_, isBack) => void note(`end ${isBack}`),
    cut: (_place, _shard, directions) => void set('cut', [...directions].toSorted().join()),
    lose: (share) => void set('loss', share),
    keepNames: (_, isKept) => void set('names', isKept),
    crashProcess: () => note('crash'),
    crashAfterCommit: (_, took) => void set('doomed', took !== null),
    stopProcess: () => set('stopped', true),
    continueProcess: () => void set('stopped', false),
    setProcessOff: (_, ms) => void set('process off', ms),
  };
  const board = new FaultBoard({ clock: new SimClock(), random: randomOf(1), specs });
  const step = (index: number, act: 'begin' | 'end'): void => {
    const fault = board.faults[index]!;
    board[act](fault);
    (act === 'begin' ? applyToCache : undoOnCache)(cache, board, fault);
  };
  return {
    board,
    stands,
    done,
    begin: (index = 0) => step(index, 'begin'),
    end: (index = 0) => step(index, 'end'),
  };
}

describe('what befalls the cache tier', () => {
  it('F-02: of two hangs that overlap, the later end counts; of a process too', () => {
    const { stands, begin, end } = made(
      { ...CACHE, id: 'F-02', shard: 0, ...SPAN },
      { ...CACHE, id: 'F-02', shard: 0, ...SPAN },
      { ...CACHE, id: 'F-02', process: 0, ...SPAN },
    );
    begin(0);
    begin(1);
    begin(2);
    end(0);
    expect([stands.hung, stands.stopped]).toEqual([true, true]);
    end(1);
    end(2);
    expect([stands.hung, stands.stopped]).toEqual([false, false]);
  });

  it('F-01: a server dies, and another one has its name at the end', () => {
    const { done, board, begin, end } = made({ ...CACHE, id: 'F-01', shard: 0, returns: 'older', ...SPAN });
    begin();
    end();
    expect([done.at(0), done.at(-1)]).toEqual(['kill', 'restart older']);
    expect(board.faults[0]!.effective).toBe(true);
  });

  it('F-01: a process that is to die after a commit counts once it has, and is spared at the end', () => {
    const { stands, board, begin, end } = made({
      ...CACHE,
      id: 'F-01',
      process: 0,
      when: 'committed',
      ...SPAN,
    });
    begin();
    expect([stands.doomed, board.faults[0]!.effective]).toEqual([true, false]);
    end();
    expect(stands.doomed).toBe(false);
  });

  it('F-07: cuts of one direction each add up, and are mended one by one', () => {
    const cut = { ...CACHE, id: 'F-07', shard: 0, processes: [0], ...SPAN } as const;
    const { stands, begin, end } = made({ ...cut, way: 'requests' }, { ...cut, way: 'both' });
    begin(0);
    expect(stands.cut).toBe('requests');
    begin(1);
    expect(stands.cut).toBe('replies,requests');
    end(1);
    expect(stands.cut).toBe('requests');
    end(0);
    expect(stands.cut).toBe('');
  });

  it('F-03, F-11, F-20: of two the worse counts', () => {
    const { stands, begin, end } = made(
      { ...CACHE, id: 'F-03', shard: 0, ms: 50, ...SPAN },
      { ...CACHE, id: 'F-03', shard: 0, ms: 400, ...SPAN },
      { ...CACHE, id: 'F-11', share: 0.1, ...SPAN },
      { ...CACHE, id: 'F-20', shard: 0, ms: -5000, ...SPAN },
      { ...CACHE, id: 'F-20', process: 0, ms: 7000, ...SPAN },
    );
    for (const index of [0, 1, 2, 3, 4]) begin(index);
    expect(stands).toMatchObject({ slow: 400, loss: 0.1, 'shard off': -5000, 'process off': 7000 });
    for (const index of [1, 2, 3, 4]) end(index);
    expect(stands).toMatchObject({ slow: 50, loss: 0, 'shard off': 0, 'process off': 0 });
  });

  it('F-12, F-28, F-41: names that are kept, shards that are emptied, two under one name', () => {
    const { stands, done, begin, end } = made(
      { ...CACHE, id: 'F-12', process: 0, ...SPAN },
      { ...CACHE, id: 'F-28', shards: [0], from: SPAN.from },
      { ...CACHE, id: 'F-41', shard: 0, returns: 'empty', isBack: true, ...SPAN },
    );
    for (const index of [0, 1, 2]) begin(index);
    expect(stands.names).toBe(true);
    end(0);
    end(2);
    expect(stands.names).toBe(false);
    expect(done).toEqual(['flush', 'takeover empty', 'end true']);
  });

  it('is known by its tier', () => {
    expect(isOnCache({ ...CACHE, id: 'F-02', shard: 0, ...SPAN })).toBe(true);
    expect(isOnCache({ id: 'F-02', member: 'db-1', ...SPAN })).toBe(false);
  });

  it('is told in a word or two', () => {
    const { board } = made(
      { ...CACHE, id: 'F-07', shard: 1, processes: [0, 2], way: 'replies', ...SPAN },
      { ...CACHE, id: 'F-11', share: 0.1, ...SPAN },
      { ...CACHE, id: 'F-28', shards: [0, 1], from: SPAN.from },
      { ...CACHE, id: 'F-02', process: 1, ...SPAN },
      { ...CACHE, id: 'F-41', shard: 1, returns: 'empty', isBack: false, ...SPAN },
    );
    expect(board.faults.map(({ target }) => target)).toEqual([
      'store-1,3 and shard 1, replies',
      'packets to shards, 0.1',
      'shards 0,1',
      'store-2',
      'shard 1',
    ]);
  });
});
