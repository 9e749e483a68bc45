import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Harness, thing } from './harness.ts';

let harness: Harness;

beforeEach(() => {
  harness = new Harness();
});

afterEach(() => harness.stop());

const producer = (value: string, more: Record<string, unknown> = {}) => ({
  Resources: { One: thing({ Value: value }) },
  Outputs: {
    Out: {
      Value: { 'Fn::GetAtt': ['One', 'Value'] },
      Export: { Name: { 'Fn::Sub': '${AWS::StackName}:Out' } },
    },
    ...more,
  },
});

const consumer = { Resources: { Two: thing({ Value: { 'Fn::ImportValue': 'Net:Out' } }) } };

describe('exports', () => {
  test('are imported by value', async () => {
    await harness.deploy('Net', producer('x'));
    await harness.deploy('App', consumer);
    expect(harness.things.standing.get('thing-2')!.properties).toEqual({ Value: 'x' });
    expect((await harness.call('ListExports', {})).Exports).toMatchObject([{ Name: 'Net:Out', Value: 'x' }]);
    expect((await harness.call('ListImports', { ExportName: 'Net:Out' })).Imports).toEqual(['App']);
  });

  test('are unique', async () => {
    await harness.deploy('Net', producer('x'));
    const template = {
      Resources: { Own: thing() },
      Outputs: { O: { Value: 'y', Export: { Name: 'Net:Out' } } },
    };
    await harness.deploy('Other', template);
    expect((await harness.stack('Other')).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await harness.reasons('Other')).join()).toContain(
      'Export with name Net:Out is already exported by stack Net.',
    );
  });

  test.each([
    ['changed', producer('y'), 'Cannot update export Net:Out as it is in use by App.'],
    [
      'removed',
      { Resources: { One: thing({ Value: 'x' }) } },
      'Cannot delete export Net:Out as it is in use by App.',
    ],
  ])('in use cannot be %s: the update rolls back', async (_how, template, why) => {
    await harness.deploy('Net', producer('x'));
    await harness.deploy('App', consumer);
    await harness.deploy('Net', template);
    expect((await harness.stack('Net')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await harness.reasons('Net')).join()).toContain(why);
    expect((await harness.call('ListExports', {})).Exports[0].Value).toBe('x');
    expect(harness.things.standing.get('thing-1')!.properties).toEqual({ Value: 'x' });
  });

  test('in use keep their stack from being deleted', async () => {
    await harness.deploy('Net', producer('x'));
    await harness.deploy('App', consumer);
    await harness.destroy('Net');
    expect(await harness.stack('Net')).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      StackStatusReason: 'Delete canceled. Cannot delete export Net:Out as it is in use by App.',
    });
    await harness.destroy('App');
    await harness.destroy('Net');
    expect(harness.things.standing.size).toBe(0);
  });
});

describe('deleting a stack', () => {
  test('deletes in reverse order and stays readable by id', async () => {
    await harness.deploy('Shop', { Resources: { A: thing(), B: thing({ Value: { Ref: 'A' } }) } });
    const { StackId } = await harness.stack('Shop');
    await harness.destroy('Shop');
    expect(harness.things.log.slice(2)).toEqual(['delete B', 'delete A']);
    await expect(harness.stack('Shop')).rejects.toThrow('Stack with id Shop does not exist');
    await expect(harness.history('Shop')).rejects.toThrow('Stack [Shop] does not exist');
    expect((await harness.stack(StackId)).StackStatus).toBe('DELETE_COMPLETE');
    expect((await harness.history(StackId)).at(-1)).toBe('Shop DELETE_COMPLETE');
    const listed = await harness.call('ListStacks', { StackStatusFilter: ['DELETE_COMPLETE'] });
    expect(listed.StackSummaries).toMatchObject([{ StackName: 'Shop', StackStatus: 'DELETE_COMPLETE' }]);
  });

  test('is refused while termination protection is on', async () => {
    await harness.deploy('Shop', { Resources: { A: thing() } });
    await harness.call('UpdateTerminationProtection', {
      StackName: 'Shop',
      EnableTerminationProtection: true,
    });
    await expect(harness.destroy('Shop')).rejects.toThrow(
      'cannot be deleted while TerminationProtection is enabled',
    );
    expect(harness.things.standing.size).toBe(1);
    await harness.call('UpdateTerminationProtection', {
      StackName: 'Shop',
      EnableTerminationProtection: false,
    });
    await harness.destroy('Shop');
    expect(harness.things.standing.size).toBe(0);
  });

  test('of a stack that is not there succeeds', async () => {
    await expect(harness.call('DeleteStack', { StackName: 'Nobody' })).resolves.toEqual({});
  });

  test('a failure leaves DELETE_FAILED; retaining the resource then finishes', async () => {
    harness.things.failures.set('delete A', ['stuck']);
    await harness.deploy('Shop', { Resources: { A: thing(), B: thing() } });
    await harness.destroy('Shop');
    expect(await harness.stack('Shop')).toMatchObject({
      StackStatus: 'DELETE_FAILED',
      StackStatusReason: 'The following resource(s) failed to delete: [A].',
    });
    await harness.call('DeleteStack', { StackName: 'Shop', RetainResources: ['A'] });
    await harness.cloudformation.idle();
    expect(harness.things.standing.size).toBe(1);
    expect((await harness.call('DescribeStacks', {})).Stacks).toEqual([]);
  });

  test('waits for the deployment under way', async () => {
    const { Id, StackId } = await harness.call('CreateChangeSet', {
      StackName: 'Shop',
      ChangeSetName: 'c',
      ChangeSetType: 'CREATE',
      TemplateBody: JSON.stringify({ Resources: { A: thing() } }),
    });
    await harness.call('ExecuteChangeSet', { ChangeSetName: Id });
    expect((await harness.stack('Shop')).StackStatus).toBe('CREATE_IN_PROGRESS');
    await harness.call('DeleteStack', { StackName: 'Shop' });
    await harness.cloudformation.idle();
    expect((await harness.stack(StackId)).StackStatus).toBe('DELETE_COMPLETE');
    expect(harness.things.standing.size).toBe(0);
  });
});

describe('policies', () => {
  const policies = (DeletionPolicy: string) => ({ Resources: { A: thing({}, { DeletionPolicy }) } });

  test('Retain keeps the resource when its stack goes, and when its creation is rolled back', async () => {
    await harness.deploy('Shop', policies('Retain'));
    const { StackId } = await harness.stack('Shop');
    await harness.destroy('Shop');
    expect(harness.things.standing.size).toBe(1);
    expect(await harness.history(StackId)).toContain('A DELETE_SKIPPED');
    harness.things.failures.set('B', ['no']);
    await harness.deploy('Other', {
      Resources: { ...policies('Retain').Resources, B: thing({}, { DependsOn: 'A' }) },
    });
    expect(harness.things.standing.size).toBe(2);
  });

  test('RetainExceptOnCreate keeps it later but not in a rollback of its creation', async () => {
    harness.things.failures.set('B', ['no']);
    const template = policies('RetainExceptOnCreate');
    await harness.deploy('Shop', { Resources: { ...template.Resources, B: thing({}, { DependsOn: 'A' }) } });
    expect(harness.things.standing.size).toBe(0);
    await harness.deploy('Other', template);
    await harness.destroy('Other');
    expect(harness.things.standing.size).toBe(1);
  });

  test('UpdateReplacePolicy Retain keeps what was replaced', async () => {
    const template = (Name: string) => ({
      Resources: { A: thing({ Name }, { UpdateReplacePolicy: 'Retain' }) },
    });
    await harness.deploy('Shop', template('a'));
    await harness.deploy('Shop', template('b'));
    expect([...harness.things.standing.keys()]).toEqual(['thing-1', 'thing-2']);
    await harness.destroy('Shop');
    expect([...harness.things.standing.keys()]).toEqual(['thing-1']);
  });

  test('Snapshot deletes and says that no snapshot was taken', async () => {
    harness.providers.set('AWS::RDS::DBCluster', harness.things.provider('AWS::RDS::DBCluster'));
    await harness.deploy('Shop', {
      Resources: { Db: { Type: 'AWS::RDS::DBCluster', DeletionPolicy: 'Snapshot' } },
    });
    const { StackId } = await harness.stack('Shop');
    await harness.destroy('Shop');
    expect(harness.things.standing.size).toBe(0);
    expect(await harness.reasons(StackId)).toContain('No snapshot was taken: the sandbox keeps none.');
  });
});

describe('review', () => {
  test('a stack under review is deleted with its change set', async () => {
    const template = JSON.stringify({ Resources: { A: thing() } });
    const { StackId } = await harness.call('CreateChangeSet', {
      StackName: 'S',
      ChangeSetName: 'c',
      ChangeSetType: 'CREATE',
      TemplateBody: template,
    });
    expect((await harness.stack('S')).StackStatus).toBe('REVIEW_IN_PROGRESS');
    expect(await harness.call('GetTemplate', { StackName: 'S' })).not.toHaveProperty('TemplateBody');
    expect((await harness.call('GetTemplate', { StackName: 'S', ChangeSetName: 'c' })).TemplateBody).toBe(
      template,
    );
    await harness.destroy('S');
    expect((await harness.stack(StackId)).StackStatus).toBe('DELETE_COMPLETE');
    expect(harness.things.log).toEqual([]);
  });

  test('DescribeChangeSet shows values only when asked, and NoEcho values never', async () => {
    const template = {
      Parameters: { Password: { Type: 'String', NoEcho: true } },
      Resources: { A: thing({ Value: { 'Fn::Sub': 'p=${Password}' } }) },
    };
    const input = (value: string) => ({ Parameters: [{ ParameterKey: 'Password', ParameterValue: value }] });
    await harness.deploy('S', template, input('secret1'));
    const created = await harness.call('CreateChangeSet', {
      StackName: 'S',
      ChangeSetName: 'c',
      TemplateBody: JSON.stringify(template),
      ...input('secret2'),
    });
    const plain = await harness.call('DescribeChangeSet', { ChangeSetName: created.Id });
    expect(plain.Changes[0].ResourceChange.Details[0].Target).toEqual({
      Attribute: 'Properties',
      Name: 'Value',
      RequiresRecreation: 'Never',
    });
    const detailed = await harness.call('DescribeChangeSet', {
      ChangeSetName: created.Id,
      IncludePropertyValues: true,
    });
    expect(detailed.Changes[0].ResourceChange.Details[0].Target).toMatchObject({
      AfterValue: 'p=****',
      Path: '/Properties/Value',
    });
    expect(
      JSON.stringify([detailed, await harness.call('DescribeStackEvents', { StackName: 'S' })]),
    ).not.toMatch(/secret[12]/);
  });

  test('a template may come from S3, by any form of address', async () => {
    harness.objects.set('bucket/a/b.json', Buffer.from(JSON.stringify({ Resources: { A: thing() } })));
    const urls = [
      'http://127.0.0.1:4566/bucket/a/b.json',
      'https://s3.eu-west-1.amazonaws.com/bucket/a/b.json',
      'https://bucket.s3.eu-west-1.amazonaws.com/a/b.json',
    ];
    for (const TemplateURL of urls) {
      const { ResourceTypes } = await harness.call('GetTemplateSummary', { TemplateURL });
      expect(ResourceTypes).toEqual(['Test::Thing']);
    }
    await expect(harness.call('ValidateTemplate', { TemplateURL: `${urls[0]}x` })).rejects.toThrow(
      'does not exist',
    );
  });
});
