/** Reading clusters, and the tags of whatever ECS has. */

import type * as ecs from '@aws-sdk/client-ecs';
import { AwsError, operation } from '../../kernel/index.ts';
import { lastPart, type Registry } from '../registry.ts';
import { described, paged } from './pages.ts';
import { anywhere } from './rights.ts';
import type { EcsServiceOptions } from './service.ts';
import { clusterShape } from './service-shape.ts';

export function clusterOperations({ registry }: EcsServiceOptions) {
  return {
    DescribeClusters: operation({
      authorize: ({ clusters = ['default'] }: ecs.DescribeClustersRequest) =>
        clusters.map((name) => ({
          action: 'ecs:DescribeClusters',
          resource: registry.arn(`cluster/${lastPart(name)}`),
        })),
      handle: ({ clusters = ['default'] }: ecs.DescribeClustersRequest) => {
        const { found, failures } = described(
          clusters.map((name) => ({
            arn: registry.arn(`cluster/${lastPart(name)}`),
            found: registry.clusters.get(lastPart(name)),
          })),
        );
        return { clusters: found.map((cluster) => clusterShape(registry, cluster)), failures };
      },
    }),
    ListClusters: operation({
      authorize: () => [anywhere('ListClusters')],
      handle: (input: ecs.ListClustersRequest) => {
        const { page, ...next } = paged(
          [...registry.clusters.values()].map(({ arn }) => arn),
          input,
        );
        return { clusterArns: page, ...next };
      },
    }),
    ListTagsForResource: operation({
      authorize: ({ resourceArn }: ecs.ListTagsForResourceRequest) => [
        { action: 'ecs:ListTagsForResource', resource: resourceArn ?? '*' },
      ],
      handle: ({ resourceArn = '' }: ecs.ListTagsForResourceRequest) => ({
        tags: tagsOf(registry, resourceArn).map(({ Key: key, Value: value }) => ({ key, value })),
      }),
    }),
  };
}

function tagsOf(registry: Registry, arn: string) {
  const cluster = [...registry.clusters.values()].find((one) => one.arn === arn);
  const service = registry.services.get(arn)?.settings;
  const definition = arn.includes(':task-definition/') ? registry.find(arn) : undefined;
  const found = cluster ?? service ?? definition;
  if (found) return found.tags;
  throw new AwsError('InvalidParameterException', `${arn} is not the ARN of a resource here.`);
}
