/** boto3, AWS's SDK for Python: a second implementation of every protocol that the sandbox speaks. */

import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { succeeds, type Held } from './held.ts';

export function pythonSdk(held: () => Held): void {
  let seen: any;

  beforeAll(async () => {
    const { card, output } = held();
    const script = path.join(import.meta.dirname, 'boto3_calls.py');
    const balancer = output('Balancers').split(',')[0]!.split('=')[0]!;
    const about = [card.url, output('ClusterIdentifier'), `${output('AlarmPrefix')}prober-blind-`, balancer];
    seen = JSON.parse(await succeeds(held().run('python3', [script, ...about])));
  });

  it('describes the cluster and its instances', async () => {
    const { members } = await held().cluster();
    expect(seen.writer).toEqual(members.filter(({ role }) => role === 'writer').map(({ id }) => id));
    expect(seen.instances).toEqual(members.map(({ id }) => id).sort());
  });

  it('lists functions and tables', () => {
    expect(seen.functions).toBeGreaterThan(5);
    const tables = ['StateTableName', 'ThrottleTableName', 'FrontTableName'].map((key) => held().output(key));
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

  it('leads away from a zone and back, as the sandbox has written out the wire of it', () => {
    expect(seen.zonal_shift).toEqual({
      lasts_s: 3_600,
      during: { 'use1-az1': 0, 'use1-az2': 1, 'use1-az3': 1 },
      after: { 'use1-az1': 1, 'use1-az2': 1, 'use1-az3': 1 },
      second: ['ConflictException', 'ZonalShiftAlreadyExists'],
      listed: [true],
      ended: 'CANCELED',
      by_name: 'InvalidAz',
    });
  });
}
