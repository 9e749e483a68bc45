/** A sandbox with a cache, for whoever ends it: says which processes it has, and waits. */

import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { sandboxClient } from '../../../../proving/sandbox/admin/client.ts';
import { processTree } from '../../../../proving/sandbox/aurora/process-tree.ts';
import { startSandbox } from '../../../../proving/sandbox/index.ts';

const SHARDS = 3;

function template(): string {
  const user = (UserId: string, more: Record<string, unknown>) => ({
    Type: 'AWS::ElastiCache::User',
    Properties: { UserId, UserName: UserId, Engine: 'redis', ...more },
  });
  const group = (index: number) => ({
    Type: 'AWS::ElastiCache::ReplicationGroup',
    Properties: {
      ReplicationGroupId: `victim-cache-${index}`,
      ReplicationGroupDescription: 'a shard',
      Engine: 'valkey',
      CacheNodeType: 'cache.t4g.micro',
      NumCacheClusters: 1,
      TransitEncryptionEnabled: true,
      UserGroupIds: [{ Ref: 'Users' }],
    },
  });
  const groups = Array.from({ length: SHARDS }, (_, index) => [`Shard${index}`, group(index)]);
  return JSON.stringify({
    Resources: {
      Nobody: user('victim-nobody', {
        UserName: 'default',
        AccessString: 'off -@all',
        AuthenticationMode: { Type: 'no-password-required' },
      }),
      Users: {
        Type: 'AWS::ElastiCache::UserGroup',
        Properties: { UserGroupId: 'victim', Engine: 'redis', UserIds: [{ Ref: 'Nobody' }] },
      },
      ...Object.fromEntries(groups),
    },
    Outputs: { Endpoint: { Value: { 'Fn::GetAtt': ['Shard0', 'PrimaryEndPoint.Address'] } } },
  });
}

const sandbox = await startSandbox({ stateDir: process.argv[2]! });
process.on('SIGINT', () => void sandbox.stop().then(() => process.exit(0)));
const { card } = sandbox;
const client = new CloudFormationClient({
  region: card.region,
  endpoint: card.url,
  credentials: card.operator,
});
await client.send(new CreateStackCommand({ StackName: 'Victim', TemplateBody: template() }));
await waitUntilStackCreateComplete(
  { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
  { StackName: 'Victim' },
).catch(async (error: unknown) => {
  console.error(JSON.stringify(await client.send(new DescribeStackEventsCommand({ StackName: 'Victim' }))));
  throw error;
});
const nodes = await sandboxClient(card).cacheNodes();
console.log(JSON.stringify(nodes.map(({ endpoint, pid }) => ({ endpoint, tree: processTree(pid) }))));
