/** The `aws` command line, as a user runs it. Version 1 asks `rds` at AWS's own address unless the URL is given. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { STACKS } from '../../core/naming.ts';
import { command, type Aws, type Refused } from './command.ts';
import type { Held } from './held.ts';

const FILTER_UNKNOWN = 'InvalidParameterValue';

export function awsCommandLine(held: () => Held): void {
  const { aws, refused } = command(held);
  databases(held, aws, refused);
  alarms(held, aws);
  parameters(held, aws, refused);
  functions(aws);
  stacksAndItems(held, aws);
  notServed(refused);
}

function databases(held: () => Held, aws: Aws, refused: Refused): void {
  it('rds describe-db-clusters: all, one by its id, one by filter', async () => {
    const id = held().output('ClusterIdentifier');
    const all = (await aws('rds', 'describe-db-clusters')).DBClusters;
    expect(all).toHaveLength(1);
    expect(all[0]).toMatchObject({
      DBClusterIdentifier: id,
      Status: 'available',
      Engine: 'aurora-postgresql',
      Endpoint: held().output('ClusterEndpoint'),
      ReaderEndpoint: held().output('ReaderEndpoint'),
      IAMDatabaseAuthenticationEnabled: true,
    });
    const byId = ['--db-cluster-identifier', id];
    const byFilter = ['--filters', `Name=db-cluster-id,Values=${id}`];
    expect((await aws('rds', 'describe-db-clusters', ...byId, ...byFilter)).DBClusters).toEqual(all);
  });

  it('rds describe-db-instances: by filter, and one by its id', async () => {
    const { members } = await held().cluster();
    const filter = `Name=db-cluster-id,Values=${held().output('ClusterIdentifier')}`;
    const found = (await aws('rds', 'describe-db-instances', '--filters', filter)).DBInstances;
    const seen = found.map((one: any) => [
      one.DBInstanceIdentifier,
      one.AvailabilityZone,
      one.Endpoint.Address,
    ]);
    const expected = members.map(({ id, az, endpoint }) => [id, az, endpoint]);
    expect(seen).toHaveLength(expected.length);
    expect(seen).toEqual(expect.arrayContaining(expected));
    const one = await aws('rds', 'describe-db-instances', '--db-instance-identifier', members[0]!.id);
    expect(one.DBInstances[0].Endpoint).toMatchObject({ Address: members[0]!.endpoint, Port: 5432 });
    await aws('rds', 'wait', 'db-instance-available', '--db-instance-identifier', members[0]!.id);
  });

  it('rds: an unknown cluster and an unknown filter are errors with names', async () => {
    expect(await refused('rds', 'describe-db-clusters', '--db-cluster-identifier', 'nobody')).toContain(
      'DBClusterNotFoundFault',
    );
    const unknown = ['--filters', 'Name=colour,Values=red'];
    expect(await refused('rds', 'describe-db-instances', ...unknown)).toContain(FILTER_UNKNOWN);
  });

  it('rds describe-db-cluster-endpoints: the writer, the readers and the pool', async () => {
    const { DBClusterEndpoints } = await aws('rds', 'describe-db-cluster-endpoints');
    expect(DBClusterEndpoints.map((one: any) => [one.EndpointType, one.Endpoint]).sort()).toEqual([
      ['CUSTOM', held().output('ReaderPoolEndpoint')],
      ['READER', held().output('ReaderEndpoint')],
      ['WRITER', held().output('ClusterEndpoint')],
    ]);
  });
}

function alarms(held: () => Held, aws: Aws): void {
  it('cloudwatch describe-alarms: by prefix and by state', async () => {
    const prefix = `${held().output('AlarmPrefix')}prober-blind-`;
    const { MetricAlarms } = await aws('cloudwatch', 'describe-alarms', '--alarm-name-prefix', prefix);
    expect(MetricAlarms.map((alarm: any) => alarm.AlarmName)).toEqual(
      ['us-east-1a', 'us-east-1b', 'us-east-1c'].map((zone) => `${prefix}${zone}`),
    );
    for (const alarm of MetricAlarms)
      expect(alarm).toMatchObject({ Period: 60, TreatMissingData: 'notBreaching' });
    const state = MetricAlarms[0].StateValue;
    const some = (await aws('cloudwatch', 'describe-alarms', '--state-value', state)).MetricAlarms;
    expect(new Set(some.map((alarm: any) => alarm.StateValue))).toEqual(new Set([state]));
  });
}

function parameters(held: () => Held, aws: Aws, refused: Refused): void {
  it('ssm: gets a default, puts an override over an override, and reads its history', async () => {
    const root = held().output('ParameterRoot');
    const standard = `${root}/defaults/database/outcome-window-ms`;
    const override = `${root}/overrides/database/outcome-window-ms`;
    expect((await aws('ssm', 'get-parameter', '--name', standard)).Parameter).toMatchObject({
      Value: '15000',
      Version: 1,
    });
    const put = (value: string, ...more: string[]) =>
      ['ssm', 'put-parameter', '--name', override, '--type', 'String', '--value', value, ...more] as const;
    expect(await aws(...put('16000', '--description', 'a first try'))).toMatchObject({ Version: 1 });
    expect(await refused(...put('17000'))).toContain('ParameterAlreadyExists');
    expect(await aws(...put('17000', '--overwrite'))).toMatchObject({ Version: 2 });
    const history = (await aws('ssm', 'get-parameter-history', '--name', override)).Parameters;
    expect(history.map((one: any) => [one.Version, one.Value])).toEqual([
      [1, '16000'],
      [2, '17000'],
    ]);
    expect(history[0]).toMatchObject({
      Description: 'a first try',
      LastModifiedUser: expect.stringContaining('user/'),
    });
    await aws('ssm', 'delete-parameter', '--name', override);
    const found = (await aws('ssm', 'get-parameters-by-path', '--path', root, '--recursive')).Parameters;
    const names = found.map((one: any) => one.Name);
    expect(names).toContain(standard);
    expect(names).not.toContain(override);
  });
}

function functions(aws: Aws): void {
  it('lambda: lists the functions, and invokes one', async () => {
    const { Functions } = await aws('lambda', 'list-functions');
    expect(Functions.map((one: any) => one.Runtime)).toEqual(Functions.map(() => 'nodejs24.x'));
    const reconcile = Functions.find(
      (one: any) => one.Environment?.Variables.UNDERSTUDY_FUNCTION === 'reconcile',
    );
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-aws-'));
    const file = path.join(folder, 'answer.json');
    const invoke = ['lambda', 'invoke', '--function-name', reconcile.FunctionName];
    expect(await aws(...invoke, '--payload', '{}', file)).toMatchObject({ StatusCode: 200 });
    expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toMatchObject({ trigger: 'schedule', refused: {} });
    expect(await aws(...invoke, '--invocation-type', 'Event', file)).toMatchObject({ StatusCode: 202 });
    fs.rmSync(folder, { recursive: true });
  });
}

function stacksAndItems(held: () => Held, aws: Aws): void {
  it('cloudformation describe-stacks: all complete, with their outputs', async () => {
    const { Stacks } = await aws('cloudformation', 'describe-stacks');
    const stacks = STACKS.map((stack) => `Demo-${stack}`).toSorted();
    const names = ['CDKToolkit', ...stacks];
    expect(Stacks.map((stack: any) => [stack.StackName, stack.StackStatus]).sort()).toEqual(
      names.map((name) => [name, 'CREATE_COMPLETE']),
    );
    const database = (await aws('cloudformation', 'describe-stacks', '--stack-name', 'Demo-Database'))
      .Stacks[0];
    expect(database.Outputs).toContainEqual(
      expect.objectContaining({
        OutputKey: 'ClusterEndpoint',
        OutputValue: held().output('ClusterEndpoint'),
      }),
    );
  });

  it('dynamodb: the thresholds in force by key, and what a zone observed by query', async () => {
    const table = ['--table-name', held().output('StateTableName')];
    const key = JSON.stringify({ pk: { S: 'thresholds' }, sk: { S: 'database' } });
    const { Item } = await aws('dynamodb', 'get-item', ...table, '--key', key, '--consistent-read');
    expect(Item.values.M['probe-interval-ms']).toEqual({ N: '1000' });
    const query = ['--key-condition-expression', 'pk = :p', '--no-scan-index-forward', '--max-items', '3'];
    const values = JSON.stringify({ ':p': { S: 'observation#us-east-1a' } });
    const newest = await aws(
      'dynamodb',
      'query',
      ...table,
      ...query,
      '--expression-attribute-values',
      values,
    );
    expect(newest.Items).toHaveLength(3);
    const times = newest.Items.map((item: any) => item.sk.S);
    expect(times).toEqual(times.toSorted().toReversed());
  });
}

/** What is not there says so, in words that reach the user. */
function notServed(refused: Refused): void {
  it('logs describe-log-groups: not served, and it says so', async () => {
    expect(await refused('logs', 'describe-log-groups')).toContain("The sandbox has no service 'logs'");
  });

  it('sns list-topics: not served, and it says so in the XML that this tool reads', async () => {
    expect(await refused('sns', 'list-topics')).toContain("The sandbox has no service 'sns'");
  });
}
