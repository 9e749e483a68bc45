/** boto3, AWS's SDK for Python: a second implementation of every protocol that the sandbox speaks. */

import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { succeeds, type Held } from './held.ts';

export function pythonSdk(held: () => Held): void {
  let seen: any;

  beforeAll(async () => {
    const { card, output } = held();
    const script = path.join(import.meta.dirname, 'boto3_calls.py');
    const about = [card.url, output('ClusterIdentifier'), `${output('AlarmPrefix')}prober-blind-`];
    seen = JSON.parse(await succeeds(held().run('python3', [script, ...about])));
  });

  it('describes the cluster and its instances', async () => {
    const { members } = await held().cluster();
    expect(seen.writer).toEqual(members.filter(({ role }) => role === 'writer').map(({ id }) => id));
    expect(seen.instances).toEqual(members.map(({ id }) => id).sort());
  });

  it('lists functions and tables', () => {
    expect(seen.functions).toBeGreaterThan(5);
    const tables = ['StateTableName', 'ThrottleTableName'].map((key) => held().output(key));
    expect(seen.tables).toEqual(tables.toSorted());
  });

  it('gets errors by AWS’s codes', () => {
    expect(seen).toMatchObject({
      unknown_cluster: 'DBClusterNotFoundFault',
      unknown_parameter: 'ParameterNotFound',
    });
  });

  it('describes alarms as this botocore asks for them, and in the awsQuery that older ones send', () => {
    const { current, older, older_gets } = seen.cloudwatch;
    expect(current).toHaveLength(3);
    expect(current[0][0]).toBe(`${held().output('AlarmPrefix')}prober-blind-us-east-1a`);
    expect(older).toEqual(current);
    expect(older_gets).toBe('text/xml');
  });
}
