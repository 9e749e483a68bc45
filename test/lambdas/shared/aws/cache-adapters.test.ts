import { afterEach, describe, expect, it } from 'vitest';
import { ElastiCacheControl } from '../../../../lambdas/shared/aws/elasticache.ts';
import { FrontLedger } from '../../../../lambdas/shared/aws/front-ledger.ts';
import { closeEndpoints, endpoint, OUTCOMES, refusal, type Said, REQUEST_MS } from './endpoint.ts';

const NOW = 1_700_000_000_000;
afterEach(closeEndpoints);

function group(change = ''): Said {
  const body = `<DescribeReplicationGroupsResponse><DescribeReplicationGroupsResult><ReplicationGroups><ReplicationGroup>
    <ReplicationGroupId>demo-cache-0</ReplicationGroupId><Status>available</Status>
    <MemberClusters><ClusterId>demo-cache-0-001</ClusterId></MemberClusters>
    ${change || '<AutomaticFailover>disabled</AutomaticFailover><PendingModifiedValues/>'}
    </ReplicationGroup></ReplicationGroups></DescribeReplicationGroupsResult></DescribeReplicationGroupsResponse>`;
  return { body };
}
const NODE: Said = {
  body: `<DescribeCacheClustersResponse><DescribeCacheClustersResult><CacheClusters><CacheCluster>
    <CacheClusterId>demo-cache-0-001</CacheClusterId><CacheClusterStatus>available</CacheClusterStatus>
    <CacheNodes><CacheNode><CacheNodeId>0001</CacheNodeId></CacheNode></CacheNodes>
    </CacheCluster></CacheClusters></DescribeCacheClustersResult></DescribeCacheClustersResponse>`,
};

async function control(answer: (request: string) => Said | null) {
  const { asked, connection } = await endpoint(answer);
  return { asked, control: new ElastiCacheControl({ now: () => NOW, requestMs: REQUEST_MS, connection }) };
}

describe('ElastiCache', () => {
  it('describes a group with its node, dated before it was asked', async () => {
    const rig = await control((request) => (request.includes('DescribeCacheClusters') ? NODE : group()));
    expect(await rig.control.describe('demo-cache-0')).toEqual({
      groupId: 'demo-cache-0',
      status: 'available',
      hasAutomaticFailover: false,
      hasPendingChange: false,
      nodes: [{ cacheClusterId: 'demo-cache-0-001', nodeId: '0001', status: 'available' }],
      at: NOW,
    });
  });

  it.each(['enabled', 'enabling', 'disabling'])(
    'automatic failover that is %s is AWS to heal',
    async (word) => {
      const change = `<AutomaticFailover>${word}</AutomaticFailover>`;
      const rig = await control((request) =>
        request.includes('DescribeCacheClusters') ? NODE : group(change),
      );
      expect(await rig.control.describe('demo-cache-0')).toMatchObject({ hasAutomaticFailover: true });
    },
  );

  it('knows of a change that is pending, and of a node that it cannot describe', async () => {
    const change =
      '<AutomaticFailover>disabled</AutomaticFailover><PendingModifiedValues><PrimaryClusterId>x</PrimaryClusterId></PendingModifiedValues>';
    const rig = await control((request) =>
      request.includes('DescribeCacheClusters') ? refusal('CacheClusterNotFound', 404) : group(change),
    );
    expect(await rig.control.describe('demo-cache-0')).toMatchObject({
      hasPendingChange: true,
      nodes: [{ cacheClusterId: 'demo-cache-0-001', status: null }],
    });
  });

  it('a group that AWS does not describe is an error', async () => {
    const rig = await control(() => group());
    await expect(rig.control.describe('demo-cache-1')).rejects.toThrow('no replication group demo-cache-1');
  });

  const NAMED = { cacheClusterId: 'demo-cache-0-001', nodeId: '0001' };

  it('I-07: a reboot names its cluster and its node, and is asked for once', async () => {
    const body = '<RebootCacheClusterResponse><RebootCacheClusterResult/></RebootCacheClusterResponse>';
    const rig = await control(() => ({ body }));
    expect(await rig.control.reboot(NAMED)).toEqual({ outcome: 'accepted' });
    expect(rig.asked).toHaveLength(1);
    expect(rig.asked[0]).toContain('CacheClusterId=demo-cache-0-001');
    expect(rig.asked[0]).toContain('0001');
  });

  it.each([
    [
      'a state fault is a conflict',
      () => refusal('InvalidCacheClusterState'),
      { outcome: 'refused', conflict: true },
    ] as const,
    ...OUTCOMES,
  ])('F-16: %s, and it is not repeated', async (_name, say, outcome) => {
    const rig = await control(() => say(refusal));
    expect(await rig.control.reboot(NAMED)).toMatchObject(outcome);
    expect(rig.asked).toHaveLength(1);
  });
});

describe('the rows of the shards, through the front', () => {
  async function ledger(answer: unknown, headers: Readonly<Record<string, string>> = {}) {
    const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
    const { asked, connection } = await endpoint(() => ({ body, headers }));
    return {
      asked,
      ledger: new FrontLedger({ front: 'demo-cache-front', requestMs: REQUEST_MS, connection }),
    };
  }
  const row = { shard: 1, epoch: 5, state: 'closed' };
  const AT = { cache: 'main', shard: 1, epoch: 4 } as const;

  it('are asked of the function by its name', async () => {
    const rig = await ledger({ op: 'rows', rows: [row] });
    expect(await rig.ledger.rows('main')).toEqual([row]);
    expect(rig.asked[0]).toContain('/functions/demo-cache-front/invocations');
    expect(rig.asked[0]).toContain('{"op":"rows","cache":"main"}');
  });

  it.each([
    [
      'a refusal',
      { op: 'refused', error: { code: 'ledger-unavailable', advice: 'retry', message: 'away' } },
      {},
    ],
    ['an answer to something else', { op: 'get' }, {}],
    ['rows that are none', { op: 'rows', rows: [{ shard: 1 }] }, {}],
    ['a state that is none', { op: 'rows', rows: [{ ...row, state: 'x' }] }, {}],
    ['nothing', 'null', {}],
    ['no JSON', 'oops', {}],
    ['a function that failed', { errorType: 'Error' }, { 'x-amz-function-error': 'Unhandled' }],
  ])('%s is an error', async (_name, answer, headers) => {
    const rig = await ledger(answer, headers);
    await expect(rig.ledger.rows('main')).rejects.toThrow();
  });

  it('a quarantine is accepted when the row serves no more, whoever closed it', async () => {
    const done = await ledger({ op: 'quarantine', row });
    expect(await done.ledger.quarantine(AT)).toEqual({ outcome: 'accepted' });
    const late = await ledger({ op: 'quarantine', row: { ...row, state: 'serving' } });
    expect(await late.ledger.quarantine(AT)).toMatchObject({
      outcome: 'refused',
      code: 'row-is-serving',
      conflict: true,
    });
  });

  it('a readmission is accepted when the row serves', async () => {
    const done = await ledger({ op: 'readmit', row: { ...row, state: 'serving' } });
    expect(await done.ledger.readmit({ cache: 'main', shard: 1 })).toEqual({ outcome: 'accepted' });
    const open = await ledger({ op: 'readmit', row: { ...row, state: 'opening' } });
    expect(await open.ledger.readmit({ cache: 'main', shard: 1 })).toMatchObject({
      code: 'row-is-opening',
      retryable: true,
    });
  });

  it.each([
    ['check', 'unknown'],
    ['retry', 'refused'],
    ['give-up', 'refused'],
  ])('F-16: a refusal that advises %s leaves the outcome %s', async (advice, outcome) => {
    const rig = await ledger({ op: 'refused', error: { code: 'c', advice, message: 'm' } });
    expect(await rig.ledger.quarantine(AT)).toMatchObject({ outcome, code: 'c' });
  });

  it.each([
    ['fails', '{}', { 'x-amz-function-error': 'Unhandled' }],
    ['answers no JSON', 'oops', {}],
    ['answers no row', '{"op":"quarantine"}', {}],
  ])('F-16: of a quarantine that %s nobody knows the outcome', async (_name, body, headers) => {
    const rig = await ledger(body, headers);
    expect(await rig.ledger.quarantine(AT)).toMatchObject({ outcome: 'unknown' });
    expect(rig.asked).toHaveLength(1);
  });
});
