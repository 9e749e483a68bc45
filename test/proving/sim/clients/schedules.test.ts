/** Random faults without any controller: whatever breaks, no promise that was given is broken. */

import { describe, expect, it } from 'vitest';
import { START_MS } from '../../../../proving/sim/kernel/index.ts';
import type { Commit } from '../../../../proving/sim/model.ts';
import { schedule } from './schedule.ts';
import { stage, type Stage, WARM_MS } from './stage.ts';

const FAULTS_UNTIL_MS = 80_000;
/** A failover, a crash restart and the return of a failed target after the last fault has ended. */
const CALM_MS = 205_000;
const END_MS = 220_000;
const LOAD = { readsPerSecond: 2, writesPerSecond: 2 };

async function run(seed: number): Promise<{ on: Stage; said: string[] }> {
  const on = stage({ seed, ...LOAD });
  const said = schedule(on, WARM_MS, FAULTS_UNTIL_MS);
  await on.runTo(END_MS);
  // What is under way at the end still gets its answer.
  void on.clients.stop();
  await on.runTo(END_MS + 6000);
  return { on, said };
}

/** What is wrong with the log of commits, in words. */
function faultsOfLog(commits: readonly Commit[]): string[] {
  const wrong: string[] = [];
  const writers = new Map<number, string>();
  let newest = 0;
  for (const { id, generation, memberId, acknowledged } of commits) {
    if (!acknowledged) continue;
    if (generation < newest) wrong.push(`${id}: generation ${generation} after ${newest}`);
    newest = Math.max(newest, generation);
    const writer = writers.get(generation) ?? memberId;
    if (writer !== memberId) wrong.push(`${id}: ${memberId} and ${writer} write in ${generation}`);
    writers.set(generation, memberId);
  }
  return wrong;
}

/** Every promise is kept, and once all is healed the cluster is whole and serves everybody. */
function judge(seed: number, { on, said }: { on: Stage; said: string[] }): void {
  const { engines, commits, endpoint } = on.database.view();
  const told = new Set(commits.filter(({ acknowledged }) => acknowledged).map(({ id }) => id));
  const late = on.clients.requests.filter(({ ok, startedAt }) => !ok && startedAt > START_MS + CALM_MS);
  expect({
    seed,
    said,
    ...on.clients.findings(),
    log: faultsOfLog(commits),
    writers: engines.filter(({ acceptsCommits }) => acceptsCommits).map(({ id }) => id),
    up: engines.filter(({ up }) => up).length,
    late: late.length,
  }).toEqual({
    seed,
    said,
    lost: [],
    stale: [],
    staleWriter: [],
    duplicated: [],
    // What a client took for acknowledged is what the log says it was told.
    acknowledged: told.size,
    log: [],
    writers: [endpoint],
    up: 3,
    late: 0,
  });
}

function met({ database, clients }: Stage) {
  const { generation, commits } = database.view();
  const unanswered = commits.filter(({ acknowledged }) => !acknowledged);
  return {
    failed: clients.requests.filter(({ ok }) => !ok).length,
    promotions: generation - 1,
    unknown: unanswered.filter(({ id }) => database.timesStored(id) > 0).length,
  };
}

describe('clients under random faults and without a controller', () => {
  it.each([0, 50, 100, 150])(
    'I-02, I-19: are promised nothing that is not kept, in the 50 seeds from %i',
    async (from) => {
      const total = { failed: 0, promotions: 0, unknown: 0 };
      for (let seed = from; seed < from + 50; seed += 1) {
        const ended = await run(seed);
        judge(seed, ended);
        const { failed, promotions, unknown } = met(ended.on);
        total.failed += failed;
        total.promotions += promotions;
        total.unknown += unknown;
      }
      // The faults were felt: else nothing was shown.
      expect(total.failed).toBeGreaterThan(1000);
      expect(total.promotions).toBeGreaterThan(15);
      expect(total.unknown).toBeGreaterThan(30);
    },
  );

  it('the same seed gives the same commits and the same requests, another seed others', async () => {
    const once = await run(7);
    const again = await run(7);
    const other = await run(8);
    expect(again.said).toEqual(once.said);
    expect(again.on.database.view().commits).toEqual(once.on.database.view().commits);
    expect(again.on.clients.requests).toEqual(once.on.clients.requests);
    expect(again.on.outcomes).toEqual(once.on.outcomes);
    expect(other.on.database.view().commits).not.toEqual(once.on.database.view().commits);
  });
});
