import { DEFAULT_ASYNC_POLICY } from '../../../twin/lambda/index.ts';
import { AwsError, type ResourceProvider } from '../../kernel/index.ts';
import { checkDestination } from '../destinations.ts';
import { record, text, whole } from '../function-config.ts';
import { type AsyncConfig, DEFAULT_ASYNC_CONFIG, type FunctionRegistry } from '../registry.ts';

/** `AWS::Lambda::EventInvokeConfig`: age, retries and destinations of asynchronous invocations. */
export function eventInvokeConfigProvider(registry: FunctionRegistry): ResourceProvider {
  const apply = (properties: Readonly<Record<string, unknown>>): string => {
    const qualifier = text(properties.Qualifier) ?? '$LATEST';
    const deployed = registry.find(text(properties.FunctionName) ?? '', qualifier);
    deployed.async = readAsyncConfig(properties);
    return `${deployed.config.name}|${qualifier}`;
  };
  return {
    type: 'AWS::Lambda::EventInvokeConfig',
    replaceOn: ['FunctionName', 'Qualifier'],
    async create({ properties }) {
      const physicalId = apply(properties);
      return { physicalId, attributes: {} };
    },
    async update({ physicalId, properties }) {
      apply(properties);
      return { physicalId, attributes: {} };
    },
    async delete({ physicalId }) {
      const name = physicalId.split('|')[0];
      const deployed = registry.all().find((each) => each.config.name === name);
      if (deployed) deployed.async = DEFAULT_ASYNC_CONFIG;
    },
  };
}

function readAsyncConfig(properties: Readonly<Record<string, unknown>>): AsyncConfig {
  const ageS = { fallback: DEFAULT_ASYNC_POLICY.eventAgeMsMax / 1000, min: 60, max: 21_600 };
  const retries = { fallback: DEFAULT_ASYNC_POLICY.retriesMax, min: 0, max: 2 };
  const destinations = record(properties.DestinationConfig);
  return {
    policy: {
      eventAgeMsMax: whole(properties, 'MaximumEventAgeInSeconds', ageS) * 1000,
      retriesMax: whole(properties, 'MaximumRetryAttempts', retries),
    },
    onFailure: destination(destinations.OnFailure),
    onSuccess: destination(destinations.OnSuccess),
  };
}

function destination(given: unknown): string | null {
  if (given === undefined) return null;
  const arn = text(record(given).Destination);
  if (arn === undefined)
    throw new AwsError('InvalidParameterValueException', 'Destination: an ARN is needed');
  return checkDestination(arn);
}
