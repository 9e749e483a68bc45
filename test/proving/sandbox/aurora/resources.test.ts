import { promises as dns } from 'node:dns';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLUSTER_PROPERTIES, openStage, request, type Stage } from './support.ts';

describe('RDS resources as CloudFormation makes them', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.end());

  const resolve = async (name: string) => {
    const resolver = new dns.Resolver({ timeout: 500, tries: 2 });
    resolver.setServers([stage.dns.authoritative]);
    return resolver.resolve4(name).catch((error: { code: string }) => error.code);
  };
  const cluster = (more: Record<string, unknown>) =>
    stage.create('AWS::RDS::DBCluster', 'Other', {
      ...CLUSTER_PROPERTIES,
      DBClusterIdentifier: 'other',
      ...more,
    });

  test.each([
    ['EngineVersion', '16.4', /EngineVersion = "16.4": the sandbox's PostgreSQL is 17\.\d+/],
    ['Engine', 'aurora-mysql', /Engine = "aurora-mysql": the sandbox runs aurora-postgresql only/],
    ['ManageMasterUserPassword', true, /makes no RDS-managed secret/],
    ['MasterUserPassword', '', /MasterUserPassword/],
    ['Nonsense', 1, /Nonsense/],
  ])('a cluster with %s %s is refused and nothing is made', async (property, value, message) => {
    await expect(cluster({ [property]: value })).rejects.toThrow(message);
    expect(stage.aurora.describe().map((one) => one.id)).toEqual(['demo']);
  });

  test('an instance of no cluster, and a second one of the same name, are refused', async () => {
    await expect(stage.addInstance('x', { DBClusterIdentifier: 'no' })).rejects.toMatchObject({
      code: 'DBClusterNotFoundFault',
    });
    const made = await stage.addInstance('one');
    expect(made).toMatchObject({ physicalId: 'one', attributes: { 'Endpoint.Port': '5432' } });
    expect(made.attributes.DBInstanceArn).toBe('arn:aws:rds:eu-west-1:123456789012:db:one');
    await expect(stage.addInstance('one')).rejects.toMatchObject({ code: 'DBInstanceAlreadyExists' });
    await stage.addInstance('two');
    expect(stage.member('one').role).toBe('writer');
    expect(stage.member('two').role).toBe('reader');
  });

  test('a READER custom endpoint answers its readers, follows its exclusion list, and goes empty', async () => {
    const made = await stage.create('AWS::RDS::DBClusterEndpoint', 'Readers', {
      DBClusterIdentifier: 'demo',
      DBClusterEndpointIdentifier: 'demo-readers',
      CustomEndpointType: 'READER',
    });
    const name = made.attributes.Endpoint;
    expect(name).toMatch(/^demo-readers\.cluster-custom-[a-z0-9]{12}\.eu-west-1\.rds\.amazonaws\.com$/);
    expect(await resolve(name)).toEqual([stage.member('two').address]);
    const modify = (input: Record<string, unknown>) =>
      stage.call('rds', 'ModifyDBClusterEndpoint', { DBClusterEndpointIdentifier: 'demo-readers', ...input });
    const changed = await modify({ ExcludedMembers: ['two'] });
    expect(changed).toMatchObject({ ExcludedMembers: ['two'], CustomEndpointType: 'READER' });
    expect(await resolve(name)).toBe('ENODATA');
    await expect(modify({ ExcludedMembers: ['none'] })).rejects.toMatchObject({ code: 'DBInstanceNotFound' });
    await modify({ ExcludedMembers: [] });
    expect(await resolve(name)).toEqual([stage.member('two').address]);
    const listed = await stage.call('rds', 'DescribeDBClusterEndpoints', { DBClusterIdentifier: 'demo' });
    expect(listed.DBClusterEndpoints.map((one: any) => one.EndpointType)).toEqual([
      'WRITER',
      'READER',
      'CUSTOM',
    ]);
    await expect(
      stage.call('rds', 'DescribeDBClusterEndpoints', {
        DBClusterEndpointIdentifier: 'demo-readers',
        Filters: [{ Name: 'x', Values: ['y'] }],
      }),
    ).rejects.toMatchObject({ code: 'InvalidParameterValue' });
  });

  test('the master password can change', async () => {
    const properties = { ...CLUSTER_PROPERTIES, MasterUserPassword: 'changed' };
    await stage.provider('AWS::RDS::DBCluster').update({
      ...request('AWS::RDS::DBCluster', 'Cluster', properties),
      physicalId: 'demo',
      previous: CLUSTER_PROPERTIES,
    });
    await expect(stage.connect('one')).rejects.toMatchObject({ code: '28P01' });
    const client = await stage.connect('one', { password: 'changed' });
    await client.end();
  });

  test('deleting: protection refuses, members come first, the writer hands over, nothing stays', async () => {
    const provider = stage.provider('AWS::RDS::DBCluster');
    const properties = { ...CLUSTER_PROPERTIES, DeletionProtection: true };
    const removal = { ...request('AWS::RDS::DBCluster', 'Cluster', properties), physicalId: 'demo' };
    const change = (DeletionProtection: boolean) =>
      provider.update({
        ...removal,
        properties: { ...CLUSTER_PROPERTIES, DeletionProtection },
        previous: CLUSTER_PROPERTIES,
      });
    await change(true);
    await expect(provider.delete(removal)).rejects.toThrow(
      'Cannot delete protected Cluster, please disable deletion protection and try again.',
    );
    await change(false);
    await expect(provider.delete(removal)).rejects.toMatchObject({ code: 'InvalidDBClusterStateFault' });
    const remove = (id: string) =>
      stage.provider('AWS::RDS::DBInstance').delete({
        ...request('AWS::RDS::DBInstance', id, {}),
        physicalId: id,
      });
    const before = await stage.connect('one', { password: 'changed' });
    await before.query('CREATE TABLE kept (id int)');
    await before.query('INSERT INTO kept VALUES (1)');
    await before.end();
    await remove('one');
    expect(stage.writer()).toBe('two');
    await remove('two');
    await stage.addInstance('again');
    const after = await stage.connect('again', { password: 'changed' });
    expect((await after.query('SELECT * FROM kept')).rows).toEqual([{ id: 1 }]);
    await after.end();
    await remove('again');
    const { endpoint } = stage.aurora.describe()[0]!;
    await provider.delete(removal);
    expect(await resolve(endpoint)).toBe('ENOTFOUND');
    expect(stage.aurora.describe()).toEqual([]);
    await provider.delete(removal);
  });
});
