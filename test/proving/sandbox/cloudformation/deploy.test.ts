import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Harness, thing } from './harness.ts';

let harness: Harness;

beforeEach(() => {
  harness = new Harness();
});

afterEach(() => harness.stop());

const pair = (value: string) => ({
  Resources: {
    First: thing({ Value: value }),
    Second: thing({ Value: { 'Fn::GetAtt': ['First', 'Arn'] } }),
  },
  Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Second', 'Arn'] } } },
});

describe('creating a stack', () => {
  test('enacts resources in order and publishes outputs', async () => {
    const changeSet = await harness.deploy('Shop', pair('a'));
    expect(changeSet.Changes.map((one: any) => one.ResourceChange.Action)).toEqual(['Add', 'Add']);
    expect(harness.things.log).toEqual(['create First', 'create Second']);
    const stack = await harness.stack('Shop');
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    expect(stack.Outputs).toEqual([{ OutputKey: 'Arn', OutputValue: 'arn:thing:thing-2' }]);
    expect(await harness.history('Shop')).toEqual([
      'Shop REVIEW_IN_PROGRESS',
      'Shop CREATE_IN_PROGRESS',
      'First CREATE_IN_PROGRESS',
      'First CREATE_COMPLETE',
      'Second CREATE_IN_PROGRESS',
      'Second CREATE_COMPLETE',
      'Shop CREATE_COMPLETE',
    ]);
  });

  test('works on independent resources side by side, up to a bound', async () => {
    const Resources = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`Thing${index}`, thing()]),
    );
    await harness.deploy('Wide', { Resources });
    expect(harness.things.standing.size).toBe(20);
    expect(harness.things.activeMax).toBe(8);
  });

  test('tells the event bus of every change of status', async () => {
    await harness.deploy('Shop', pair('a'));
    const { StackId } = await harness.stack('Shop');
    expect(harness.published.map(({ detail }: any) => detail['status-details'].status)).toEqual([
      'REVIEW_IN_PROGRESS',
      'CREATE_IN_PROGRESS',
      'CREATE_COMPLETE',
    ]);
    expect(harness.published[2]).toMatchObject({
      source: 'aws.cloudformation',
      'detail-type': 'CloudFormation Stack Status Change',
      resources: [StackId],
    });
  });

  test('hands the tags of the stack to its resources', async () => {
    await harness.deploy('Shop', { Resources: { One: thing() } }, { Tags: [{ Key: 'team', Value: 'a' }] });
    expect([...harness.things.standing.values()][0]!.tags).toEqual([{ Key: 'team', Value: 'a' }]);
    await harness.deploy('Shop', { Resources: { One: thing() } }, { Tags: [{ Key: 'team', Value: 'b' }] });
    expect(harness.things.log).toEqual(['create One', 'update One']);
    expect([...harness.things.standing.values()][0]!.tags).toEqual([{ Key: 'team', Value: 'b' }]);
  });

  test('stops before anything exists when a type is neither enacted nor inert', async () => {
    const template = { Resources: { Good: thing(), Fleet: { Type: 'AWS::Braket::Fleet' } } };
    await expect(harness.deploy('Shop', template)).rejects.toThrow(
      /AWS::Braket::Fleet.*Fleet \(AWS::Braket::Fleet\)/s,
    );
    await expect(harness.stack('Shop')).rejects.toThrow('Stack with id Shop does not exist');
    expect(harness.things.log).toEqual([]);
    expect(harness.cloudformation.report().not_enacted).toEqual(['AWS::Braket::Fleet']);
  });

  test('an unresolved name is refused with its place', async () => {
    const template = { Resources: { One: thing({ Value: { Ref: 'Nobody' } }) } };
    await expect(harness.deploy('Shop', template)).rejects.toThrow(
      /Unresolved resource dependencies \[Nobody\].*Resources\/One\/Properties\/Value\/Ref/,
    );
  });

  test('an attribute that the created resource does not have fails the deployment and names the place', async () => {
    const template = {
      Resources: { One: thing(), Two: thing({ Value: { 'Fn::GetAtt': ['One', 'Nope'] } }) },
    };
    await harness.deploy('Shop', template);
    expect((await harness.stack('Shop')).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await harness.reasons('Shop')).join('\n')).toContain(
      'resource One (Test::Thing) has no attribute Nope; it offers Arn, Value (at Resources/Two/Properties/Value/Fn::GetAtt)',
    );
  });
});

describe('updating a stack', () => {
  test('the same template again is a change set without changes', async () => {
    await harness.deploy('Shop', pair('a'));
    const changeSet = await harness.deploy('Shop', pair('a'));
    expect(changeSet).toMatchObject({ Status: 'FAILED', ExecutionStatus: 'UNAVAILABLE' });
    expect(changeSet.StatusReason).toMatch(/^The submitted information didn't contain changes\./);
    expect(harness.things.log).toHaveLength(2);
  });

  test('a changed property updates that resource alone, though others refer to it', async () => {
    await harness.deploy('Shop', pair('a'));
    await harness.deploy('Shop', pair('b'));
    expect(harness.things.log.slice(2)).toEqual(['update First']);
    expect((await harness.stack('Shop')).StackStatus).toBe('UPDATE_COMPLETE');
    expect((await harness.history('Shop')).slice(7)).toEqual([
      'Shop UPDATE_IN_PROGRESS',
      'First UPDATE_IN_PROGRESS',
      'First UPDATE_COMPLETE',
      'Shop UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'Shop UPDATE_COMPLETE',
    ]);
  });

  test('a change of metadata alone touches no resource', async () => {
    const template = (note: string) => ({
      Resources: { One: thing({ Value: 'a' }, { Metadata: { note } }) },
    });
    await harness.deploy('Shop', template('x'));
    const changeSet = await harness.deploy('Shop', template('y'));
    expect(changeSet.Changes[0].ResourceChange).toMatchObject({
      Action: 'Modify',
      Scope: ['Metadata'],
      Replacement: 'False',
    });
    expect(harness.things.log).toEqual(['create One']);
    expect((await harness.history('Shop')).filter((line) => line.startsWith('One'))).toHaveLength(2);
  });

  test('a replacing property makes a new resource, moves what refers to it, then deletes the old one', async () => {
    const template = (name: string) => ({
      Resources: { One: thing({ Name: name }), Two: thing({ Value: { Ref: 'One' } }) },
    });
    await harness.deploy('Shop', template('a'));
    const changeSet = await harness.deploy('Shop', template('b'));
    expect(changeSet.Changes[0].ResourceChange).toMatchObject({
      Action: 'Modify',
      Replacement: 'True',
      PolicyAction: 'ReplaceAndDelete',
      Details: [{ Target: { Name: 'Name', RequiresRecreation: 'Always' }, Evaluation: 'Static' }],
    });
    expect(changeSet.Changes[1].ResourceChange.Details[0]).toMatchObject({ Evaluation: 'Dynamic' });
    expect(harness.things.log.slice(2)).toEqual(['create One', 'update Two', 'delete One']);
    expect([...harness.things.standing.keys()].sort()).toEqual(['thing-2', 'thing-3']);
    const { StackResources } = await harness.call('DescribeStackResources', {
      StackName: 'Shop',
      LogicalResourceId: 'One',
    });
    expect(StackResources[0]).toMatchObject({
      PhysicalResourceId: 'thing-3',
      ResourceStatus: 'UPDATE_COMPLETE',
    });
  });

  test('a resource that left the template is deleted last', async () => {
    await harness.deploy('Shop', { Resources: { Keep: thing({ Value: { Ref: 'Gone' } }), Gone: thing() } });
    await harness.deploy('Shop', { Resources: { Keep: thing({ Value: 'x' }) } });
    expect(harness.things.log.slice(2)).toEqual(['update Keep', 'delete Gone']);
  });

  test('a new output alone is a change', async () => {
    await harness.deploy('Shop', { Resources: { One: thing() } });
    const template = { Resources: { One: thing() }, Outputs: { Id: { Value: { Ref: 'One' } } } };
    expect((await harness.deploy('Shop', template)).Status).toBe('CREATE_COMPLETE');
    expect((await harness.stack('Shop')).Outputs).toEqual([{ OutputKey: 'Id', OutputValue: 'thing-1' }]);
    expect(harness.things.log).toEqual(['create One']);
  });

  test('the type of a resource cannot change', async () => {
    harness.providers.set('Test::Other', harness.things.provider('Test::Other'));
    await harness.deploy('Shop', { Resources: { One: thing() } });
    const changeSet = await harness.deploy('Shop', { Resources: { One: { Type: 'Test::Other' } } });
    expect(changeSet.StatusReason).toContain('Update of resource type is not permitted');
  });

  test('an SSM parameter that changed is a change, a secret that changed is not', async () => {
    harness.parameters.set('/size', '1');
    harness.secrets.set('db', '{"password":"one"}');
    const template = {
      Parameters: { Size: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/size' } },
      Resources: {
        A: thing({ Value: { Ref: 'Size' } }),
        B: thing({ Value: '{{resolve:secretsmanager:db:SecretString:password::}}' }),
      },
    };
    await harness.deploy('Shop', template);
    expect([...harness.things.standing.values()].map(({ properties }) => properties.Value)).toEqual([
      '1',
      'one',
    ]);
    harness.secrets.set('db', '{"password":"two"}');
    expect((await harness.deploy('Shop', template)).Status).toBe('FAILED');
    harness.parameters.set('/size', '2');
    await harness.deploy('Shop', template);
    expect(harness.things.log.slice(2)).toEqual(['update A']);
    const shown = JSON.stringify([
      harness.cloudformation.resources().map(({ properties }) => properties),
      await harness.call('DescribeStackEvents', { StackName: 'Shop' }),
    ]);
    expect(shown).not.toContain('one"');
    expect(shown).toContain('{{resolve:secretsmanager:db');
  });
});
