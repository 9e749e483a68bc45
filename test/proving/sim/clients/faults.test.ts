/** What users of the real pools meet when one thing breaks and no function of ours helps. */

import { describe, expect, it } from 'vitest';
import { failures, stage, type Stage, WARM_MS } from './stage.ts';

const FAULT_MS = 60_000;
const HEALED_MS = WARM_MS + FAULT_MS;
const END_MS = HEALED_MS + 60_000;
const CLIENT = 'client:shop-1';

type Break = (on: Stage) => readonly [begin: () => void, end?: () => void];

async function run(breakIt: Break): Promise<Stage> {
  const on = stage({ seed: 3 });
  const [begin, end] = breakIt(on);
  on.at(WARM_MS, begin);
  if (end) on.at(HEALED_MS, end);
  await on.runTo(END_MS);
  return on;
}

function keptPromises({ clients }: Stage): void {
  expect(clients.findings()).toMatchObject({ lost: [], stale: [], staleWriter: [], duplicated: [] });
}

describe('the users of a simulated cluster without functions of ours', () => {
  it('meet no failure while nothing breaks', async () => {
    const on = await run(() => [() => undefined]);
    expect([failures(on, 'read').count, failures(on, 'write').count]).toEqual([0, 0]);
    expect(on.clients.requests.length).toBeGreaterThan(1500);
    expect(on.clients.findings().acknowledged).toBeGreaterThan(500);
    keptPromises(on);
  });

  it('F-01: get their writes back when the managed service has replaced a dead writer', async () => {
    const on = await run(({ database }) => [() => database.crash('db-1')]);
    const writes = failures(on, 'write');
    expect(writes.count).toBeGreaterThan(10);
    expect(writes.last).toBeLessThan(WARM_MS + 25_000);
    expect(failures(on, 'read').count).toBe(0);
    keptPromises(on);
  });

  it.each<[string, Break]>([
    ['F-01: a dead reader', ({ database }) => [() => database.crash('db-2')]],
    ['F-02: a frozen reader', ({ database }) => [() => database.freeze('db-2'), () => database.thaw('db-2')]],
    [
      'F-03: a slow reader',
      ({ database }) => [() => database.slow('db-2', 2000), () => database.slow('db-2', null)],
    ],
    [
      'F-07: a reader out of reach',
      ({ database }) => [() => database.cut(CLIENT, 'db-2'), () => database.mend(CLIENT, 'db-2')],
    ],
    [
      'F-35: a writer that takes no new connections',
      ({ database }) => [() => database.setLoad('db-1', '53300'), () => database.setLoad('db-1', null)],
    ],
    [
      'F-01: the loss of both readers',
      ({ database }) => [
        () => {
          database.crash('db-2');
          database.crash('db-3');
        },
      ],
    ],
  ])('do not notice %s', async (_, breakIt) => {
    const on = await run(breakIt);
    expect([failures(on, 'read').count, failures(on, 'write').count]).toEqual([0, 0]);
    keptPromises(on);
  });

  it.each<[string, Break]>([
    ['F-02: a frozen writer', ({ database }) => [() => database.freeze('db-1'), () => database.thaw('db-1')]],
    [
      'F-04: a disk that hangs',
      ({ database }) => [
        () => database.stallCommits('db-1', true),
        () => database.stallCommits('db-1', false),
      ],
    ],
    [
      'F-35: a lock that nobody gets',
      ({ database }) => [() => database.setLoad('db-1', '55P03'), () => database.setLoad('db-1', null)],
    ],
    [
      'F-03: a writer slower than an attempt may be',
      ({ database }) => [() => database.slow('db-1', 2000), () => database.slow('db-1', null)],
    ],
  ])('cannot write for as long as it lasts under %s, and can read', async (_, breakIt) => {
    const on = await run(breakIt);
    const writes = failures(on, 'write');
    expect(writes.count).toBeGreaterThan(180);
    expect(writes.first).toBeLessThan(WARM_MS + 2000);
    expect(writes.last).toBeGreaterThan(HEALED_MS - 5000);
    expect(writes.last).toBeLessThan(HEALED_MS + 2000);
    expect(failures(on, 'read').count).toBe(0);
    expect(on.database.view().managedFailovers).toEqual([]);
    keptPromises(on);
  });

  it('F-02: get their writes back soon after somebody calls for a failover', async () => {
    const on = stage({ seed: 3 });
    on.at(WARM_MS, () => on.database.freeze('db-1'));
    on.at(WARM_MS + 8000, () => on.database.failover('db-2'));
    on.at(HEALED_MS, () => on.database.thaw('db-1'));
    await on.runTo(END_MS);
    expect(failures(on, 'write').last).toBeLessThan(WARM_MS + 8000 + 12_000);
    expect(failures(on, 'read').count).toBe(0);
    expect(on.database.view().engines.map(({ role }) => role)).toEqual(['reader', 'writer', 'reader']);
    keptPromises(on);
  });

  it('F-07: alone suffer, who are cut off from the writer', async () => {
    const on = await run(({ database }) => [
      () => database.cut(CLIENT, 'db-1'),
      () => database.mend(CLIENT, 'db-1'),
    ]);
    expect(failures(on, 'write', 'shop-1').count).toBeGreaterThan(90);
    expect(failures(on, 'write', 'shop-2').count).toBe(0);
    expect(failures(on, 'read').count).toBe(0);
    keptPromises(on);
  });

  it('F-32, I-38: see their own writes while every reader lags', async () => {
    const on = await run(({ database }) => [
      () => ['db-2', 'db-3'].forEach((id) => database.pauseReplay(id, true)),
      () => ['db-2', 'db-3'].forEach((id) => database.pauseReplay(id, false)),
    ]);
    expect([failures(on, 'read').count, failures(on, 'write').count]).toEqual([0, 0]);
    const atWriter = on.clients.requests.filter(
      ({ kind, memberId }) => kind === 'read' && memberId === 'db-1',
    );
    expect(atWriter.length).toBeGreaterThan(100);
    keptPromises(on);
  });

  it('F-16: are told that the outcome is unknown, where only once is allowed, and nothing is done twice', async () => {
    const on = await run(({ database }) => [() => database.loseAnswers('db-1', 40)]);
    const { commits } = on.database.view();
    expect(commits.filter(({ acknowledged }) => !acknowledged)).toHaveLength(40);
    expect(failures(on, 'write').count).toBeGreaterThan(15);
    keptPromises(on);
  });

  it('of a planned failover, wait rather than fail', async () => {
    const on = await run(({ database }) => [() => database.failover('db-3')]);
    expect(failures(on, 'write').count).toBeLessThan(30);
    expect(failures(on, 'write').last).toBeLessThan(WARM_MS + 12_000);
    expect(failures(on, 'read').count).toBe(0);
    keptPromises(on);
  });
});
