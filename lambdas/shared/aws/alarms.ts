import { CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { AlarmInAlarm, AlarmReader } from '../../../core/ports/index.ts';

const PAGES_MAX = 20;

export class CloudWatchAlarms implements AlarmReader {
  readonly #client: CloudWatchClient;

  constructor(client: CloudWatchClient) {
    this.#client = client;
  }

  async inAlarm(namePrefix: string): Promise<readonly AlarmInAlarm[]> {
    const found: AlarmInAlarm[] = [];
    let token: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const answer = await this.#client.send(
        new DescribeAlarmsCommand({
          AlarmNamePrefix: namePrefix,
          StateValue: 'ALARM',
          AlarmTypes: ['MetricAlarm'],
          NextToken: token,
        }),
      );
      found.push(...(answer.MetricAlarms ?? []).map(alarmOf));
      token = answer.NextToken;
      if (token === undefined || token === '') break;
    }
    return found;
  }
}

function alarmOf(alarm: MetricAlarm): AlarmInAlarm {
  const dimensions = (alarm.Dimensions ?? []).map(({ Name = '', Value = '' }) => [Name, Value] as const);
  return {
    name: alarm.AlarmName ?? '',
    since: alarm.StateUpdatedTimestamp?.getTime() ?? 0,
    actions: alarm.AlarmActions ?? [],
    metric: alarm.MetricName ?? null,
    dimensions: Object.fromEntries(dimensions),
  };
}
