import { describe, expect, it } from 'vitest';
import { nothingLost, noWayBack, oneCommitLog, oneWriter } from '../../../../proving/sim/checks/writer.ts';
import { commit, database, engine, pool, sayLast, view } from './view.ts';

describe('I-01: one writer', () => {
  it('holds while one engine of the current generation accepts commits', () => {
    const checker = oneWriter();
    expect(sayLast(checker, view(), view())).toBeNull();
    expect(checker.checked).toBe(2);
  });

  it('has nothing to check while nobody accepts commits', () => {
    const checker = oneWriter();
    const engines = [engine('db-1', { acceptsCommits: false }), engine('db-2'), engine('db-3')];
    expect(sayLast(checker, view({ database: database({ engines }) }))).toBeNull();
    expect(checker.checked).toBe(0);
  });

  it('breaks when two do', () => {
    const engines = [engine('db-1'), engine('db-2', { acceptsCommits: true }), engine('db-3')];
    const said = sayLast(oneWriter(), view({ database: database({ engines }) }));
    expect(said).toMatch(/db-1 and db-2 both accept commits of generation 1/);
  });

  it('breaks when the endpoint names what is no member', () => {
    const said = sayLast(oneWriter(), view({ database: database({ endpoint: 'db-9' }) }));
    expect(said).toMatch(/db-9/);
  });
});

describe('I-02: one commit log', () => {
  it('holds over a change of the writer', () => {
    const checker = oneCommitLog();
    const commits = [commit(), commit({ memberId: 'db-2', generation: 2, position: 101 })];
    const after = view({
      database: database({ commits, generation: 2, engines: [engine('db-2', { generation: 2 })] }),
    });
    expect(
      sayLast(checker, view({ database: database({ commits: commits.slice(0, 1) }) }), after),
    ).toBeNull();
    expect(checker.checked).toBe(2);
  });

  it('breaks when an engine of an older generation accepts commits', () => {
    const said = sayLast(oneCommitLog(), view({ database: database({ generation: 2 }) }));
    expect(said).toMatch(/db-1 accepts commits of generation 1, the newest is 2/);
  });

  it('breaks when an older generation acknowledges after a newer one, and not when it is refused', () => {
    const engines = [engine('db-2', { generation: 2, acceptsCommits: true })];
    const newer = commit({ memberId: 'db-2', generation: 2 });
    const at = (acknowledged: boolean) =>
      view({ database: database({ engines, generation: 2, commits: [newer, commit({ acknowledged })] }) });
    expect(sayLast(oneCommitLog(), at(false))).toBeNull();
    expect(sayLast(oneCommitLog(), at(true))).toMatch(
      /db-1 acknowledged a commit of generation 1 after one of 2/,
    );
  });

  it('breaks when two members acknowledge in one generation', () => {
    const commits = [commit(), commit({ memberId: 'db-3' })];
    expect(sayLast(oneCommitLog(), view({ database: database({ commits }) }))).toMatch(/db-1 and db-3/);
  });
});

describe('I-18: no way back', () => {
  const promoted = (endpoint: string) => {
    const engines = [engine('db-1'), engine('db-2', { role: 'writer', generation: 2, acceptsCommits: true })];
    return view({ database: database({ engines, generation: 2, endpoint }) });
  };

  it('holds when the endpoint moves on to the newer writer', () => {
    const checker = noWayBack();
    expect(sayLast(checker, view(), promoted('db-1'), promoted('db-2'))).toBeNull();
    expect(checker.checked).toBe(3);
  });

  it('breaks when it moves back to the older one', () => {
    expect(sayLast(noWayBack(), promoted('db-2'), promoted('db-1'))).toMatch(
      /went back to db-1 of generation 1/,
    );
  });

  it('breaks when a former writer is published at once, and not when it comes as returning', () => {
    const before = view({ pool: pool({ 'db-2': 'in', 'db-3': 'in' }) });
    const after = (state: 'in' | 'returning') =>
      view({ pool: pool({ 'db-1': state, 'db-3': 'in' }, { epoch: 2 }) });
    expect(sayLast(noWayBack(), before, after('returning'))).toBeNull();
    expect(sayLast(noWayBack(), before, after('in'))).toMatch(/db-1 came into the pool as published/);
  });

  it('lets a former writer in at once when there is no other reader', () => {
    const before = view({ pool: pool({ 'db-2': 'in' }) });
    expect(sayLast(noWayBack(), before, view({ pool: pool({ 'db-1': 'in' }, { epoch: 2 }) }))).toBeNull();
  });

  it('breaks when the pool goes back to a lower epoch', () => {
    const said = sayLast(
      noWayBack(),
      view({ pool: pool({ 'db-2': 'in' }, { epoch: 3 }) }),
      view({ pool: pool({ 'db-2': 'in' }, { epoch: 2 }) }),
    );
    expect(said).toMatch(/from epoch 3 to 2/);
  });
});

describe('I-19: nothing acknowledged is lost', () => {
  it('holds while the storage has it, and breaks when it ends before', () => {
    const checker = nothingLost();
    const commits = [commit({ position: 100 }), commit({ position: 105, acknowledged: false })];
    expect(sayLast(checker, view({ database: database({ commits, durable: 100 }) }))).toBeNull();
    expect(checker.checked).toBe(1);
    expect(sayLast(checker, view({ database: database({ commits, durable: 99 }) }))).toMatch(/100 is lost/);
  });
});
