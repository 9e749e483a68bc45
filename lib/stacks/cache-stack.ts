import { Stack, type StackProps } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { CacheName } from '../../core/naming.ts';
import type { NormalizedCache, NormalizedProfile } from '../../core/profile/index.ts';
import type { ApplicationRole } from '../shared/application-role.ts';
import { addOutputs, type OutputSpec } from '../shared/outputs.ts';
import { CacheTier } from '../tiers/cache/cache-tier.ts';

export interface CacheStackProps extends StackProps {
  readonly profile: NormalizedProfile;
  readonly cache: NormalizedCache;
  readonly vpc: ec2.IVpc;
  /** They get the right to log in to the shards. */
  readonly applications: readonly ApplicationRole[];
}

/** The cache tier. It holds copies of what the database has: it can be deleted and deployed again at the price of misses. */
export class CacheStack extends Stack {
  readonly cache: CacheTier;

  constructor(scope: Construct, id: string, props: CacheStackProps) {
    super(scope, id, props);
    const { profile, vpc, applications } = props;
    const { shards, redundancy, gutter, nodeType } = props.cache;
    this.cache = new CacheTier(this, 'Cache', {
      environmentName: profile.name,
      vpc,
      zones: profile.zones,
      size: profile.size,
      shards,
      redundancy,
      gutter,
      nodeType,
      applications: profile.applications,
    });
    for (const { role, application } of applications) this.cache.grantConnect(role, application);
    addOutputs(this, [
      ...this.endpoints(
        'CacheShards',
        'main',
        'Every shard as id=host:port, joined by commas, in their order.',
      ),
      ...this.endpoints('CacheCopies', 'copy', 'The second copy of every shard, in the same form.'),
      ...this.endpoints('CacheGutter', 'gutter', 'What stands in for dead shards, in the same form.'),
    ]);
  }

  /** No output where there is no such copy: CloudFormation refuses an empty one. */
  private endpoints(key: string, copy: CacheName, description: string): readonly OutputSpec[] {
    const value = this.cache.endpointsOf(copy);
    return value === '' ? [] : [{ key, value, description }];
  }
}
