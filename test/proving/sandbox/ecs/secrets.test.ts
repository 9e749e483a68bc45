/** What a task gets from Secrets Manager when it starts, and what happens when it may not. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definition, service, TRUST_ECS } from './fixture.ts';
import { ask } from './balancer.ts';
import { eventually, openStage, type EcsStage } from './stage.ts';

let stage: EcsStage;
let secretArn: string;

beforeAll(async () => {
  stage = await openStage();
  await stage.create('AWS::ECS::Cluster', { ClusterName: 'demo' });
  const GenerateSecretString = { PasswordLength: 64, ExcludePunctuation: true };
  ({ physicalId: secretArn } = await stage.create('AWS::SecretsManager::Secret', {
    Name: 'demo/token-key',
    GenerateSecretString,
  }));
});

afterAll(() => stage.end());

/** A role that starts tasks, and may read what is given. */
async function startingRole(name: string, readable: string): Promise<string> {
  const Statement = [{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: readable }];
  const { attributes } = await stage.create('AWS::IAM::Role', {
    RoleName: name,
    AssumeRolePolicyDocument: TRUST_ECS,
    Policies: [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement } }],
  });
  return String(attributes['Arn']);
}

async function serviceOf(name: string, role: string, from: string): Promise<string> {
  const container = { Secrets: [{ Name: 'KEY', ValueFrom: from }] };
  const properties = { ...definition({ container }), Family: name, ExecutionRoleArn: role };
  const { physicalId } = await stage.create('AWS::ECS::TaskDefinition', properties);
  const more = { ServiceName: name, DesiredCount: 1 };
  const made = await stage.create('AWS::ECS::Service', service(physicalId, more));
  return made.physicalId;
}

const variablesOf = async (name: string): Promise<Record<string, string>> => {
  const task = stage.running().find((one) => one.service === name)!;
  return JSON.parse((await ask(task, '/env')).body) as Record<string, string>;
};

describe('a secret of a task', () => {
  it('is a variable with its value, read by the ARN of its name alone, as the role that starts the task', async () => {
    const byName = secretArn.slice(0, -7);
    const arn = await serviceOf('by-name', await startingRole('starts', `${byName}-??????`), byName);
    await stage.served();
    const variables = await variablesOf('by-name');
    expect(variables['KEY']).toMatch(/^[A-Za-z0-9]{64}$/);
    expect(variables['PORT']).toBe('8080');
    await stage.remove('AWS::ECS::Service', arn);
  });

  it('stops the task before it starts where that role may read another one only', async () => {
    const role = await startingRole('starts-others', `${secretArn.slice(0, -7)}-other-??????`);
    const failed = await serviceOf('denied', role, secretArn).then(
      () => 'stable',
      (error: Error) => error.message,
    );
    expect(failed).toMatch(/unable to pull secrets|circuit breaker/i);
    expect(stage.identity.denials.at(-1)).toMatchObject({
      action: 'secretsmanager:GetSecretValue',
      resource: secretArn,
    });
    expect(stage.lines.some((line) => line.includes('serves as') && line.includes('denied'))).toBe(false);
  });

  it('stops the task where it is not there', async () => {
    const missing = secretArn.replace('token-key', 'no-key');
    const role = await startingRole('starts-any', '*');
    const failed = await serviceOf('missing', role, missing).catch((error: Error) => error.message);
    expect(failed).toMatch(/can't find the specified secret|circuit breaker/i);
  });
});

describe('a service without a desired count', () => {
  const bounds = (MinCapacity: number, MaxCapacity: number): object => ({
    ServiceNamespace: 'ecs',
    ScalableDimension: 'ecs:service:DesiredCount',
    ResourceId: 'service/demo/scaled',
    MinCapacity,
    MaxCapacity,
  });
  const TARGET = 'AWS::ApplicationAutoScaling::ScalableTarget';
  const running = (): number => stage.running().filter((one) => one.service === 'scaled').length;

  it('starts with one task, is lifted by its scalable target, and a deployment leaves its count alone', async () => {
    const { physicalId: first } = await stage.create('AWS::ECS::TaskDefinition', definition());
    const without = (arn: string): object => service(arn, { ServiceName: 'scaled', DesiredCount: undefined });
    const { physicalId } = await stage.create('AWS::ECS::Service', without(first));
    expect(running()).toBe(1);
    const target = await stage.create(TARGET, bounds(2, 4));
    await eventually('two tasks', 20_000, () => running() === 2);
    await stage.update(TARGET, target.physicalId, bounds(3, 4));
    await eventually('three tasks', 20_000, () => running() === 3);
    const { physicalId: second } = await stage.create(
      'AWS::ECS::TaskDefinition',
      definition({ version: 'v2' }),
    );
    await stage.update('AWS::ECS::Service', physicalId, without(second));
    await eventually('three tasks of the next', 20_000, async () => {
      const tasks = stage.running().filter((one) => one.service === 'scaled');
      const answers = await Promise.all(tasks.map((task) => ask(task).then(({ body }) => body)));
      return answers.length === 3 && answers.every((body) => body === 'v2');
    });
    await stage.update(TARGET, target.physicalId, bounds(1, 2));
    await eventually('two tasks', 20_000, () => running() === 2);
  });

  it.each([
    ['of a service that is not there', { ...bounds(1, 2), ResourceId: 'service/demo/none' }, "doesn't exist"],
    ['with its bounds in the wrong order', bounds(3, 2), 'must not be above MaxCapacity'],
    ['of a table', { ...bounds(1, 2), ServiceNamespace: 'dynamodb' }, 'ServiceNamespace'],
  ])('a target %s is refused', async (_what, properties, message) => {
    await expect(stage.create(TARGET, properties)).rejects.toThrow(message);
  });
});
