import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  processesIn,
  processState,
  processTree,
  send,
  signalTree,
} from '../../../../proving/sandbox/aurora/process-tree.ts';
import { type Attempt, connectFrom, createLedger, FAR, insert, ledgerOf, pause, rule } from './gray.ts';
import { eventually, openCluster, type Stage } from './support.ts';

/** One cluster for all: every test leaves it with a writer and two readers that serve. */
let stage: Stage;
beforeAll(async () => {
  stage = await openCluster();
  await createLedger(stage);
});
afterAll(() => stage?.end());

const failover = (target: string) =>
  stage.call('rds', 'FailoverDBCluster', {
    DBClusterIdentifier: 'demo',
    TargetDBInstanceIdentifier: target,
  });

/** The writer and the two readers now, by the test's words. */
function roles(): { old: string; next: string; other: string } {
  const old = stage.writer();
  const [next = '', other = ''] = ['one', 'two', 'three'].filter((id) => id !== old);
  return { old, next, other };
}

async function allServe(writer: string): Promise<void> {
  const readers = ['one', 'two', 'three'].filter((id) => id !== writer);
  await eventually('one writes and the others read', 60_000, () =>
    [serves(writer, 'writer'), ...readers.map((id) => serves(id, 'reader'))].every((holds) => holds()),
  );
  await eventually('the failover is complete', 20_000, async () => {
    const { DBClusters } = await stage.call('rds', 'DescribeDBClusters', {});
    return DBClusters[0].Status === 'available';
  });
}

const serves = (id: string, role: string) => () => {
  const { role: now, status, pid } = stage.member(id);
  return now === role && status === 'available' && pid > 0;
};

/** INSERTs on new sessions, one after the other, until told to end; what was acknowledged counts. */
function hammer(id: string): { acknowledged: string[]; refused: number; end(): Promise<void> } {
  const seen = { acknowledged: [] as string[], refused: 0 };
  const told = new AbortController();
  const work = (async () => {
    for (let at = 0; !told.signal.aborted; at++) {
      let client: Client | undefined;
      try {
        client = await stage.connect(id, { connectionTimeoutMillis: 500 });
        await client.query('INSERT INTO ledger VALUES ($1)', [`direct ${at}`]);
        seen.acknowledged.push(`direct ${at}`);
      } catch {
        seen.refused += 1;
      }
      await client?.end().catch(() => undefined);
      await pause(5);
    }
  })();
  return Object.assign(seen, {
    async end() {
      told.abort();
      await work;
    },
  });
}

function count(attempts: readonly Attempt[], outcome: string): number {
  return attempts.filter((attempt) => attempt.outcome === outcome).length;
}

describe('I-18: an old writer that was frozen', () => {
  test('takes no write when it wakes after a promotion, on no session, and comes back as a copy', async () => {
    const { old, next } = roles();
    const clients = await Promise.all(Array.from({ length: 6 }, () => stage.connect(old)));
    const atWork = await stage.connect(old);
    const { pid } = stage.member(old);
    // A statement at work when it freezes: it would write and commit a moment after it wakes.
    const inFlight = atWork
      .query("INSERT INTO ledger SELECT 'at work' FROM pg_sleep(1)")
      .then(() => 'acknowledged')
      .catch(() => 'refused');
    await pause(150);
    const frozen = processTree(pid);
    for (const one of frozen) send(one, 'SIGSTOP');
    await eventually('it is frozen', 2_000, () => processState(pid) === 'T');
    const attempts = clients.slice(0, 2).map((client, at) => insert(client, `frozen ${at}`));
    await failover(next);
    await eventually('another writes', 20_000, () => stage.writer() === next);
    // The host hangs still; what could write is gone.
    expect(processState(pid)).toBe('T');
    const folder = stage.aurora.cluster('demo')?.instance(old)?.node.dataFolder ?? '';
    expect(processesIn(folder)).toEqual([]);
    attempts.push(...clients.slice(2, 4).map((client, at) => insert(client, `promoted ${at}`)));
    // New sessions at its address, before, while and after it wakes.
    const direct = hammer(old);
    await pause(100);
    for (const one of frozen) send(one, 'SIGCONT');
    attempts.push(insert(clients[4]!, 'woken'));
    await Promise.all(attempts.map(({ settled }) => settled));
    expect(await inFlight).toBe('refused');
    expect(count(attempts, 'refused')).toBe(5);
    await expect(clients[5]?.query('SELECT 1')).rejects.toThrow();
    await allServe(next);
    await direct.end();
    expect(direct.acknowledged).toEqual([]);
    expect(direct.refused).toBeGreaterThan(3);
    const writer = await stage.connect(next);
    const last = insert(writer, 'last');
    await last.settled;
    await writer.end();
    expect(last.outcome).toBe('acknowledged');
    await eventually('it follows', 10_000, async () => (await ledgerOf(stage, old)).has('last'));
    for (const id of [old, next]) expect([...(await ledgerOf(stage, id))]).toEqual(['last']);
  });

  test('does not pass on, when it wakes, what its engine answered while its front stood still', async () => {
    const { old, next } = roles();
    const client = await stage.connect(old);
    const { pid } = stage.member(old);
    const insertion = client.query("INSERT INTO ledger SELECT 'answered' FROM pg_sleep(0.3)").then(
      () => 'acknowledged',
      () => 'refused',
    );
    await pause(100);
    // The front alone: the engine commits, storage has it, and the answer waits in the front's socket.
    send(pid, 'SIGSTOP');
    const reader = await stage.connect(next);
    await eventually('it is committed', 10_000, async () => {
      const { rowCount } = await reader.query("SELECT id FROM ledger WHERE id = 'answered'");
      return rowCount === 1;
    });
    await failover(next);
    await eventually('another writes', 20_000, () => stage.writer() === next);
    send(pid, 'SIGCONT');
    expect(await insertion).toBe('refused');
    await allServe(next);
    // It was durable before the promotion: "unknown" is the truth, and it is there.
    expect(await ledgerOf(stage, next)).toContain('answered');
  });

  test('wakes amid a second failover soon after the first, and still comes back as a copy', async () => {
    const { old, next, other } = roles();
    const { pid } = stage.member(old);
    signalTree(pid, 'SIGSTOP');
    const attempts: Attempt[] = [];
    for (const target of [next, other]) {
      await eventually('RDS takes the failover', 20_000, () =>
        failover(target).then(
          () => true,
          () => false,
        ),
      );
      if (target === other) {
        expect(processState(pid)).toBe('T');
        signalTree(pid, 'SIGCONT');
      }
      await eventually('the target writes', 20_000, () => stage.writer() === target);
      const client = await stage.connect(target);
      attempts.push(insert(client, `writer ${target}`));
      await attempts.at(-1)?.settled;
      await client.end();
    }
    expect(count(attempts, 'acknowledged')).toBe(2);
    await allServe(other);
    for (const id of ['one', 'two', 'three']) {
      await eventually(`${id} has both`, 10_000, async () => {
        const kept = await ledgerOf(stage, id);
        return attempts.every((attempt) => kept.has(attempt.id));
      });
    }
    // It is copied from the new writer, though RDS does not name that one yet.
    expect(stage.logged.filter((line) => line.includes('restart of'))).toEqual([]);
  });
});

describe('I-18: an old writer that is failed over', () => {
  test('while it is cut off: its clients hear nothing until it heals, and no write of theirs is taken', async () => {
    const { old, next } = roles();
    const client = await connectFrom(FAR, stage, old);
    const near = await stage.connect(old);
    let ended = false;
    client.on('end', () => (ended = true));
    await stage.aurora.setNetwork([rule(FAR, stage.member(old).address)]);
    const lost = insert(client, 'cut off');
    await failover(next);
    await allServe(next);
    await expect(near.query('SELECT 1')).rejects.toThrow();
    expect([lost.outcome, ended]).toEqual(['none', false]);
    await stage.aurora.setNetwork([]);
    await lost.settled;
    expect(lost.outcome).toBe('refused');
    expect(await ledgerOf(stage, next)).not.toContain('cut off');
  });

  test('while it is slow: every acknowledged write is kept', async () => {
    const { old, next } = roles();
    const clients = await Promise.all(Array.from({ length: 4 }, () => stage.connect(old)));
    await stage.aurora.setNetwork([rule('*', stage.member(old).address, 150)]);
    const attempts: Attempt[] = [];
    const lanes = clients.map(async (client, lane) => {
      for (let at = 0; ; at++) {
        const attempt = insert(client, `${lane}-${at}`);
        attempts.push(attempt);
        await attempt.settled;
        if (attempt.outcome !== 'acknowledged') return;
      }
    });
    await eventually('it is slow and works', 10_000, () => count(attempts, 'acknowledged') >= 4);
    await failover(next);
    await Promise.all(lanes);
    await eventually('another writes', 20_000, () => stage.writer() === next);
    const kept = await ledgerOf(stage, next);
    const acknowledged = attempts.filter(({ outcome }) => outcome === 'acknowledged');
    expect(acknowledged.filter(({ id }) => !kept.has(id))).toEqual([]);
    await stage.aurora.setNetwork([]);
  });
});
