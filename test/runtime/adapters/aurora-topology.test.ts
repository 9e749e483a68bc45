import { describe, expect, it } from 'vitest';
import { AuroraTopology, instanceSuffix } from '../../../runtime/adapters/aurora-topology.ts';
import type { Connection } from '../../../runtime/ports.ts';

const suffix = 'abc123.eu-west-1.rds.amazonaws.com';
const topology = new AuroraTopology({
  clusterEndpoint: `demo.cluster-${suffix}`,
  readerEndpoint: `demo.cluster-ro-${suffix}`,
});

/** A connection that answers each statement with these rows. */
function answering(rows: readonly object[]): Connection {
  const result = { rows: [...rows], rowCount: rows.length, command: 'SELECT' };
  return { memberId: 'seed', query: () => Promise.resolve(result) } as unknown as Connection;
}

const row = (id: string, over: object = {}) => ({
  server_id: id,
  session_id: 'a-uuid',
  durable_lsn: '200',
  current_read_lsn: '150',
  lag_ms: 12.5,
  self: 'two',
  in_recovery: true,
  ...over,
});
const writer = { session_id: 'MASTER_SESSION_ID', current_read_lsn: null, lag_ms: null };

describe("Aurora's own view of the cluster", () => {
  it('starts from the endpoints and names members by their instance endpoints', async () => {
    expect(topology.seeds.map((seed) => seed.host)).toEqual([
      `demo.cluster-${suffix}`,
      `demo.cluster-ro-${suffix}`,
    ]);
    const view = await topology.view(answering([row('one', writer), row('two')]));
    expect(view).toEqual({
      self: 'two',
      selfIsWriter: false,
      members: [
        { id: 'one', host: `one.${suffix}`, role: 'writer', lagMs: 0, position: '200' },
        { id: 'two', host: `two.${suffix}`, role: 'reader', lagMs: 12.5, position: '150' },
      ],
    });
  });

  it('takes a member for the writer only by its own row, and never in recovery', async () => {
    const own = { ...writer, self: 'one', in_recovery: false };
    expect(
      (await topology.view(answering([row('one', own), row('two', { self: 'one' })]))).selfIsWriter,
    ).toBe(true);
    expect(await topology.isWriter(answering([row('one', own)]))).toBe(true);
    expect(await topology.isWriter(answering([row('one', { ...own, in_recovery: true })]))).toBe(false);
    expect(await topology.isWriter(answering([row('two', { in_recovery: false })]))).toBe(false);
    expect(await topology.isWriter(answering([]))).toBe(false);
  });

  it('asks a reader what it shows and the writer what is durable; unknown stays unknown', async () => {
    expect(await topology.position(answering([row('one', writer)]))).toBe('200');
    expect(await topology.position(answering([row('two')]))).toBe('150');
    expect(await topology.position(answering([row('two', { current_read_lsn: null })]))).toBeNull();
    expect(await topology.position(answering([]))).toBeNull();
  });

  it.each([
    [`demo.cluster-${suffix}`, suffix],
    [`demo.cluster-ro-${suffix}`, suffix],
    [`reads.cluster-custom-${suffix}`, suffix],
    [`one.${suffix}`, suffix],
  ])('finds the suffix of %s', (endpoint, expected) => {
    expect(instanceSuffix(endpoint)).toBe(expected);
  });
});
