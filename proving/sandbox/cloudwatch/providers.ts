import type { Enacted, ResourceProvider, ResourceRequest } from '../kernel/index.ts';
import { readMetricAlarm } from './alarm-config.ts';
import type { AlarmConfig } from './alarm-record.ts';
import type { Alarms } from './alarms.ts';
import { readCompositeAlarm } from './composite-config.ts';
import { text } from './properties.ts';

const NAME_LENGTH_MAX = 255;

/** `AWS::CloudWatch::Alarm` and `AWS::CloudWatch::CompositeAlarm`. */
export function alarmProviders(alarms: Alarms, check: (config: AlarmConfig) => void): ResourceProvider[] {
  return [
    provider('AWS::CloudWatch::Alarm', { alarms, check, read: readMetricAlarm }),
    provider('AWS::CloudWatch::CompositeAlarm', { alarms, check, read: readCompositeAlarm }),
  ];
}

interface Parts {
  readonly alarms: Alarms;
  check(config: AlarmConfig): void;
  read(
    properties: ResourceRequest['properties'],
    given: { readonly name: string; readonly arn: string },
  ): AlarmConfig;
}

function provider(type: string, { alarms, check, read }: Parts): ResourceProvider {
  const readNamed = (request: ResourceRequest, name: string): AlarmConfig => {
    const config = read(request.properties, { name, arn: alarms.arnOf(name) });
    check(config);
    return config;
  };
  const enacted = (config: AlarmConfig): Enacted => ({
    physicalId: config.name,
    attributes: { Arn: config.arn },
  });
  return {
    type,
    replaceOn: ['AlarmName'],
    async create(request) {
      const name = text(request.properties.AlarmName) ?? request.generateName(NAME_LENGTH_MAX);
      const config = readNamed(request, name);
      alarms.create(config);
      return enacted(config);
    },
    async update(request) {
      const config = readNamed(request, request.physicalId);
      alarms.update(config);
      return enacted(config);
    },
    async delete(request) {
      alarms.remove(request.physicalId);
    },
  };
}
