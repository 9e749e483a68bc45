import { randomUUID } from 'node:crypto';
import { AwsError, type Enacted, type ResourceProvider, type World } from '../../kernel/index.ts';
import type { EventSources } from '../event-sources.ts';
import { type MappingConfig, readMappingConfig } from '../mapping-config.ts';
import type { FunctionRegistry } from '../registry.ts';

/** `AWS::Lambda::EventSourceMapping` on a DynamoDB stream. */
export function eventSourceMappingProvider(
  world: World,
  registry: FunctionRegistry,
  sources: EventSources,
): ResourceProvider {
  const enacted = (id: string): Enacted => ({
    physicalId: id,
    attributes: {
      Id: id,
      EventSourceMappingArn: `arn:${world.partition}:lambda:${world.region}:${world.accountId}:event-source-mapping:${id}`,
    },
  });
  const read = (properties: Readonly<Record<string, unknown>>): MappingConfig => {
    const config = readMappingConfig(properties);
    return { ...config, functionName: registry.find(config.functionName).config.arn };
  };
  return {
    type: 'AWS::Lambda::EventSourceMapping',
    replaceOn: ['EventSourceArn', 'StartingPosition', 'StartingPositionTimestamp', 'SelfManagedEventSource'],
    async create({ properties }) {
      const config = read(properties);
      refuseUnreadable(sources, config);
      const id = randomUUID();
      sources.add(id, config);
      return enacted(id);
    },
    async update({ physicalId, properties }) {
      sources.update(physicalId, read(properties));
      return enacted(physicalId);
    },
    async delete({ physicalId }) {
      sources.remove(physicalId);
    },
  };
}

/** Lambda checks the role when the mapping is made, and says so in these words. */
function refuseUnreadable(sources: EventSources, config: MappingConfig): void {
  try {
    sources.authorize(config);
  } catch {
    throw new AwsError(
      'InvalidParameterValueException',
      `Cannot access stream ${config.streamArn}. Please ensure the role can perform the GetRecords, ` +
        'GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.',
    );
  }
}
