import { randomUUID } from 'node:crypto';
import { AwsError, type Enacted, type ResourceProvider, type World } from '../../kernel/index.ts';
import { type MappingConfig, readMappingConfig } from '../mapping-config.ts';
import type { FunctionRegistry } from '../registry.ts';
import type { StreamPoller } from '../stream-poller.ts';

export interface MappingParts {
  readonly world: World;
  readonly registry: FunctionRegistry;
  readonly pollers: Map<string, StreamPoller>;
  /** Throws where the function's role may not read the stream. */
  authorize(config: MappingConfig): void;
  createPoller(config: MappingConfig): StreamPoller;
}

/** `AWS::Lambda::EventSourceMapping` on a DynamoDB stream. */
export function eventSourceMappingProvider(parts: MappingParts): ResourceProvider {
  const { world, registry, pollers } = parts;
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
      refuseUnreadable(parts, config);
      const id = randomUUID();
      pollers.set(id, parts.createPoller(config));
      return enacted(id);
    },
    async update({ physicalId, properties }) {
      pollers.get(physicalId)?.update(read(properties));
      return enacted(physicalId);
    },
    async delete({ physicalId }) {
      pollers.get(physicalId)?.stop();
      pollers.delete(physicalId);
    },
  };
}

/** Lambda checks the role when the mapping is made, and says so in these words. */
function refuseUnreadable(parts: MappingParts, config: MappingConfig): void {
  try {
    parts.authorize(config);
  } catch {
    throw new AwsError(
      'InvalidParameterValueException',
      `Cannot access stream ${config.streamArn}. Please ensure the role can perform the GetRecords, ` +
        'GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.',
    );
  }
}
