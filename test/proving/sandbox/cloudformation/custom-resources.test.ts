import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Harness, type Invocation, thing } from './harness.ts';

const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:bootstrap';

let harness: Harness;

beforeEach(async () => {
  harness = new Harness();
  await harness.listen();
});

afterEach(() => harness.stop());

const custom = (properties: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  Type: 'Custom::Bootstrap',
  Properties: { ServiceToken: FUNCTION, ...properties },
  ...more,
});

/** The function behind the resource answers every request. */
function answering(answer: (payload: any) => Record<string, unknown>): void {
  harness.onInvoke = ({ payload }) => void put(payload, answer(payload));
}

async function put(payload: any, answer: Record<string, unknown>): Promise<number> {
  const { StackId, RequestId, LogicalResourceId } = payload;
  const body = JSON.stringify({ Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, ...answer });
  return (await fetch(payload.ResponseURL, { method: 'PUT', body })).status;
}

const requests = () => harness.invocations.map(({ payload }: Invocation) => payload.RequestType);

describe('a custom resource', () => {
  test('is created by its function, gets its properties as text, and offers what the function returns', async () => {
    answering(() => ({ PhysicalResourceId: 'db-1', Data: { Endpoint: 'db.internal', Port: 5432 } }));
    await harness.deploy('S', {
      Resources: {
        Boot: custom({ Size: 3, Force: true, List: [1, { Deep: false }] }),
        After: thing({ Value: { 'Fn::GetAtt': ['Boot', 'Endpoint'] }, Id: { Ref: 'Boot' } }),
      },
    });
    const stack = await harness.stack('S');
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    expect(harness.invocations[0]).toMatchObject({
      functionArn: FUNCTION,
      source: { service: null, sourceArn: null },
      payload: {
        RequestType: 'Create',
        StackId: stack.StackId,
        LogicalResourceId: 'Boot',
        ResourceType: 'Custom::Bootstrap',
        ResourceProperties: {
          ServiceToken: FUNCTION,
          Size: '3',
          Force: 'true',
          List: ['1', { Deep: 'false' }],
        },
      },
    });
    expect(harness.invocations[0]!.payload.ResponseURL).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);
    expect(harness.things.standing.get('thing-1')!.properties).toEqual({ Value: 'db.internal', Id: 'db-1' });
  });

  test('is updated with its old properties and deleted with its identity', async () => {
    answering(() => ({ PhysicalResourceId: 'db-1' }));
    await harness.deploy('S', { Resources: { Boot: custom({ Size: 1 }) } });
    await harness.deploy('S', { Resources: { Boot: custom({ Size: 2 }) } });
    await harness.destroy('S');
    expect(requests()).toEqual(['Create', 'Update', 'Delete']);
    expect(harness.invocations[1]!.payload).toMatchObject({
      PhysicalResourceId: 'db-1',
      ResourceProperties: { Size: '2' },
      OldResourceProperties: { Size: '1' },
    });
    expect(harness.invocations[2]!.payload).toMatchObject({
      PhysicalResourceId: 'db-1',
      ResourceProperties: { Size: '2' },
    });
  });

  test('that answers an update with another identity is replaced: the former one is deleted afterwards', async () => {
    answering(({ ResourceProperties }) => ({ PhysicalResourceId: `db-${ResourceProperties.Size}` }));
    await harness.deploy('S', { Resources: { Boot: custom({ Size: 1 }) } });
    await harness.deploy('S', { Resources: { Boot: custom({ Size: 2 }) } });
    expect(requests()).toEqual(['Create', 'Update', 'Delete']);
    expect(harness.invocations[2]!.payload).toMatchObject({
      PhysicalResourceId: 'db-1',
      ResourceProperties: { Size: '1' },
    });
    expect((await harness.stack('S')).StackStatus).toBe('UPDATE_COMPLETE');
  });

  test('that fails rolls the stack back with its reason, and is deleted under the identity it gave', async () => {
    answering(({ RequestType }) =>
      RequestType === 'Create'
        ? { Status: 'FAILED', Reason: 'no login', PhysicalResourceId: 'half' }
        : { PhysicalResourceId: 'half' },
    );
    await harness.deploy('S', { Resources: { Boot: custom({}) } });
    expect((await harness.stack('S')).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await harness.reasons('S')).join('\n')).toContain(
      'Received response status [FAILED] from custom resource. Message returned: no login',
    );
    expect(requests()).toEqual(['Create', 'Delete']);
    expect(harness.invocations[1]!.payload.PhysicalResourceId).toBe('half');
  });

  test('that does not answer in its time fails', async () => {
    harness.onInvoke = ({ payload }) =>
      void (payload.RequestType === 'Delete' && put(payload, { PhysicalResourceId: 'x' }));
    await harness.deploy('S', { Resources: { Boot: custom({ ServiceTimeout: 1 }) } });
    expect((await harness.reasons('S')).join('\n')).toContain(
      'CloudFormation did not receive a response from your Custom Resource.',
    );
    expect((await harness.stack('S')).StackStatus).toBe('ROLLBACK_COMPLETE');
  });

  test('is cancelled when another resource fails', async () => {
    harness.onInvoke = ({ payload }) =>
      void (payload.RequestType === 'Delete' && put(payload, { PhysicalResourceId: 'x' }));
    harness.things.failures.set('Bad', ['no']);
    await harness.deploy('S', { Resources: { Boot: custom({}), Bad: thing() } });
    expect((await harness.stack('S')).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await harness.reasons('S')).join('\n')).toContain('Resource creation cancelled');
  });

  test('answers once: a second answer changes nothing', async () => {
    const statuses: number[] = [];
    harness.onInvoke = ({ payload }) =>
      void put(payload, { PhysicalResourceId: 'db-1' }).then(async (first) => {
        statuses.push(
          first,
          await put(payload, { Status: 'FAILED', Reason: 'late', PhysicalResourceId: 'db-2' }),
        );
      });
    await harness.deploy('S', { Resources: { Boot: custom({}) } });
    await expect.poll(() => statuses).toEqual([200, 200]);
    expect(harness.cloudformation.resources()[0]!.physicalId).toBe('db-1');
    expect((await harness.stack('S')).StackStatus).toBe('CREATE_COMPLETE');
  });

  test.each([
    ['no identity', {}, 'Invalid PhysicalResourceId'],
    ['no status', { Status: 'DONE' }, 'Response Status must be SUCCESS or FAILED'],
    [
      'too much',
      { PhysicalResourceId: 'x', Data: { Text: 'x'.repeat(5000) } },
      'Response object is too long',
    ],
  ])('that answers with %s fails', async (_what, answer, why) => {
    answering(({ RequestType }) => (RequestType === 'Delete' ? { PhysicalResourceId: 'x' } : answer));
    await harness.deploy('S', { Resources: { Boot: custom({}) } });
    expect((await harness.reasons('S')).join('\n')).toContain(why);
  });

  test('does not hold up the end of the sandbox', async () => {
    const created = await harness.call('CreateChangeSet', {
      StackName: 'S',
      ChangeSetName: 'c',
      ChangeSetType: 'CREATE',
      TemplateBody: JSON.stringify({
        Resources: { Boot: custom({}), Later: thing({}, { DependsOn: 'Boot' }) },
      }),
    });
    await harness.call('ExecuteChangeSet', { ChangeSetName: created.Id });
    await expect.poll(requests).toEqual(['Create']);
    await harness.cloudformation.stop();
    expect(requests()).toEqual(['Create']);
    expect(harness.things.log).toEqual([]);
  });

  test('needs a function behind it', async () => {
    await harness.deploy('S', {
      Resources: { Boot: custom({ ServiceToken: 'arn:aws:sns:eu-west-1:123456789012:topic' }) },
    });
    expect((await harness.reasons('S')).join('\n')).toContain(
      'ServiceToken must be the ARN of a Lambda function',
    );
    expect(harness.invocations).toEqual([]);
  });
});
