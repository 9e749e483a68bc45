import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Harness, thing } from './harness.ts';

let harness: Harness;

beforeEach(() => {
  harness = new Harness();
});

afterEach(() => harness.stop());

const chain = (value: string) => ({
  Resources: {
    First: thing({ Value: value }),
    Second: thing({ Value: value }, { DependsOn: 'First' }),
    Third: thing({ Value: value }, { DependsOn: 'Second' }),
  },
});

describe('a failing creation', () => {
  test('deletes what was made, newest first, and names the cause', async () => {
    harness.things.failures.set('Third', ['no room']);
    await harness.deploy('Shop', chain('a'));
    const stack = await harness.stack('Shop');
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(harness.things.log.slice(3)).toEqual(['delete Second', 'delete First']);
    expect(harness.things.standing.size).toBe(0);
    const reasons = await harness.reasons('Shop');
    expect(reasons).toContain('Resource handler returned message: "no room" (HandlerErrorCode: ThingFailed)');
    expect(reasons).toContain(
      'The following resource(s) failed to create: [Third]. Rollback requested by user.',
    );
  });

  test('lets what is under way finish before it rolls back', async () => {
    harness.things.failures.set('A', ['no']);
    await harness.deploy('Shop', {
      Resources: { A: thing(), B: thing(), C: thing({}, { DependsOn: ['A', 'B'] }) },
    });
    expect(harness.things.log).toEqual(['create A', 'create B', 'delete B']);
    expect((await harness.stack('Shop')).StackStatus).toBe('ROLLBACK_COMPLETE');
  });

  test('leaves a stack that can only be deleted', async () => {
    harness.things.failures.set('Third', ['no room']);
    await harness.deploy('Shop', chain('a'));
    await expect(harness.deploy('Shop', chain('a'))).rejects.toThrow(
      /is in ROLLBACK_COMPLETE state and can not be updated/,
    );
    await harness.destroy('Shop');
    await harness.deploy('Shop', chain('a'));
    expect((await harness.stack('Shop')).StackStatus).toBe('CREATE_COMPLETE');
  });

  test('a deletion that fails too ends in ROLLBACK_FAILED and spares what it needs', async () => {
    harness.things.failures.set('create Third', ['no room']).set('delete Second', ['stuck']);
    await harness.deploy('Shop', chain('a'));
    const stack = await harness.stack('Shop');
    expect(stack.StackStatus).toBe('ROLLBACK_FAILED');
    expect(stack.StackStatusReason).toContain('failed to delete: [Second]');
    expect(harness.things.log).not.toContain('delete First');
    await harness.destroy('Shop');
    expect(harness.things.standing.size).toBe(0);
  });

  test('stays as it is without rollback, and can be rolled back later', async () => {
    harness.things.failures.set('Third', ['no room']);
    await harness.deploy('Shop', chain('a'), { execute: { DisableRollback: true } });
    expect((await harness.stack('Shop')).StackStatus).toBe('CREATE_FAILED');
    expect(harness.things.standing.size).toBe(2);
    await harness.call('RollbackStack', { StackName: 'Shop' });
    await harness.cloudformation.idle();
    expect((await harness.stack('Shop')).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(harness.things.standing.size).toBe(0);
  });
});

describe('a failing update', () => {
  test('puts every resource back as it was', async () => {
    await harness.deploy('Shop', chain('a'));
    harness.things.failures.set('Third', ['refused']);
    await harness.deploy('Shop', {
      Resources: { ...chain('b').Resources, Extra: thing({}, { DependsOn: 'First' }) },
    });
    const stack = await harness.stack('Shop');
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([...harness.things.standing.values()].map(({ properties }) => properties)).toEqual([
      { Value: 'a' },
      { Value: 'a' },
      { Value: 'a' },
    ]);
    expect(await harness.reasons('Shop')).toContain(
      'The following resource(s) failed to update: [Third]. Rollback requested by user.',
    );
    expect((await harness.deploy('Shop', chain('a'))).Status).toBe('FAILED');
  });

  test('keeps the former resource when its replacement succeeded but a later one failed', async () => {
    const template = (name: string) => ({
      Resources: { One: thing({ Name: name }), Two: thing({ Value: { Ref: 'One' } }) },
    });
    await harness.deploy('Shop', template('a'));
    harness.things.failures.set('Two', ['refused']);
    await harness.deploy('Shop', template('b'));
    expect((await harness.stack('Shop')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([...harness.things.standing]).toEqual([
      ['thing-1', { properties: { Name: 'a' }, tags: [] }],
      ['thing-2', { properties: { Value: 'thing-1' }, tags: [] }],
    ]);
  });

  test('a rollback that fails can be continued', async () => {
    await harness.deploy('Shop', chain('a'));
    harness.things.failures.set('Third', ['refused']).set('Second', []);
    harness.things.failures.get('Second')!.push(undefined as never, 'stuck');
    await harness.deploy('Shop', chain('b'));
    expect((await harness.stack('Shop')).StackStatus).toBe('UPDATE_ROLLBACK_FAILED');
    await harness.call('ContinueUpdateRollback', { StackName: 'Shop' });
    await harness.cloudformation.idle();
    expect((await harness.stack('Shop')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect([...harness.things.standing.values()].every(({ properties }) => properties.Value === 'a')).toBe(
      true,
    );
  });

  test('a clean-up that fails is written down and does not fail the update', async () => {
    await harness.deploy('Shop', { Resources: { Keep: thing(), Gone: thing() } });
    harness.things.failures.set('delete Gone', ['stuck']);
    await harness.deploy('Shop', { Resources: { Keep: thing() } });
    expect((await harness.stack('Shop')).StackStatus).toBe('UPDATE_COMPLETE');
    expect(await harness.history('Shop')).toContain('Gone DELETE_FAILED');
  });
});

describe('change sets that cannot be made', () => {
  test('an import that nobody exports fails the change set, readable through DescribeEvents', async () => {
    const template = { Resources: { One: thing({ Value: { 'Fn::ImportValue': 'Net-Vpc' } }) } };
    const created = await harness.call('CreateChangeSet', {
      StackName: 'Shop',
      ChangeSetName: 'c',
      ChangeSetType: 'CREATE',
      TemplateBody: JSON.stringify(template),
    });
    const described = await harness.call('DescribeChangeSet', { ChangeSetName: created.Id });
    expect(described).toMatchObject({ Status: 'FAILED' });
    expect(described.StatusReason).toContain('No export named Net-Vpc found.');
    const { OperationEvents } = await harness.call('DescribeEvents', {
      ChangeSetName: 'c',
      StackName: 'Shop',
      Filters: { FailedEvents: true },
    });
    expect(OperationEvents).toEqual([
      expect.objectContaining({
        EventType: 'VALIDATION_ERROR',
        LogicalResourceId: 'One',
        ValidationStatusReason: 'No export named Net-Vpc found.',
        ValidationPath: '/Resources/One/Properties/Value/Fn::ImportValue',
      }),
    ]);
    await expect(harness.call('ExecuteChangeSet', { ChangeSetName: created.Id })).rejects.toMatchObject({
      code: 'InvalidChangeSetStatus',
    });
  });

  test('identities need a capability', async () => {
    harness.providers.set('AWS::IAM::Role', harness.things.provider('AWS::IAM::Role'));
    const template = { Resources: { Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'x' } } } };
    const input = { Capabilities: ['CAPABILITY_IAM'] };
    await expect(harness.deploy('Shop', template, input)).rejects.toMatchObject({
      code: 'InsufficientCapabilitiesException',
    });
  });

  test('a change set that is not there has its own error', async () => {
    await harness.deploy('Shop', { Resources: { One: thing() } });
    await expect(
      harness.call('DescribeChangeSet', { ChangeSetName: 'x', StackName: 'Shop' }),
    ).rejects.toMatchObject({
      code: 'ChangeSetNotFound',
      status: 404,
    });
  });
});
