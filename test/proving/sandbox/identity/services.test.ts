/** Services that call functions, topics and queues by themselves, against the table of who may. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ResourceProvider } from '../../../../proving/sandbox/kernel/index.ts';
import { createQueues } from '../../../../proving/sandbox/queues/index.ts';
import { createTopics } from '../../../../proving/sandbox/topics/index.ts';
import { create, policy, recordedFunctions, recordedMetrics } from '../events/doubles.ts';
import { bench } from '../lambda/fixtures.ts';
import { testWorld } from '../wire/world.ts';
import { createIdentity } from '../../../../proving/sandbox/identity/index.ts';
import { TRUST_LAMBDA, request } from './fixture.ts';
import { INVOKERS, PUBLISHERS, SENDERS, type ServiceCase } from './services.ts';

const stateDir = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-services-'));
afterAll(() => fs.rmSync(stateDir, { recursive: true, force: true }));

type Table<T> = readonly (readonly [T | null, ...(readonly ServiceCase[])])[];

function rows<T>(table: Table<T>): readonly (readonly [string, T | null, ServiceCase])[] {
  return table.flatMap(([policies, ...cases]) =>
    cases.map((one) => {
      const what = policies === null ? 'nothing' : JSON.stringify(policies);
      return [`${one.name}: ${one.isAllowed ? 'yes' : 'no'}, with ${what}`, policies, one] as const;
    }),
  );
}

/** Whether the call passed; what refuses it must say so as AWS does. */
function passes(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch (error) {
    expect((error as Error).message).toMatch(/is not authorized to perform: \w+:\w+ .*on resource: arn:/);
    return false;
  }
}

const world = testWorld({ stateDir });

describe('SEC-05: a function is invoked', () => {
  it.each(rows(INVOKERS))('by %s', async (_name, permission, one) => {
    const identity = createIdentity(world);
    const roles = identity.providers!.find(({ type }) => type === 'AWS::IAM::Role') as ResourceProvider;
    const { attributes } = await roles.create(
      request(roles, 'Role', { AssumeRolePolicyDocument: TRUST_LAMBDA }),
    );
    const { lambda, deploy, create: make } = await bench({ world, identity });
    const code = 'export const handler = async () => 1;';
    const arn = await deploy(code, { Role: attributes['Arn'] });
    const target = arn.replace(/^arn:aws:lambda:[^:]+/, `arn:aws:lambda:${world.region}`);
    if (permission !== null) {
      await make('AWS::Lambda::Permission', {
        Action: 'lambda:InvokeFunction',
        ...permission,
        FunctionName: target,
      });
    }
    // Switched off, an accepted event is dropped: no process has to run for this.
    lambda.setEnabled(false);
    const source = { service: one.service, sourceArn: one.source };
    expect(passes(() => lambda.invokeAsync(target, {}, source))).toBe(one.isAllowed);
    const refusal = {
      principal: one.service,
      function: null,
      action: 'lambda:InvokeFunction',
      resource: target,
    };
    expect(identity.denials).toMatchObject(one.isAllowed ? [] : [refusal]);
    await lambda.stop?.();
  });
});

describe('SEC-05: a topic is published to', () => {
  it.each(rows(PUBLISHERS))('by %s', async (_name, statements, one) => {
    const queues = createQueues(world, { metrics: recordedMetrics() });
    const topics = createTopics(world, { functions: recordedFunctions(), queues });
    const { physicalId } = await create(topics, 'AWS::SNS::Topic', { TopicName: 'people' });
    if (statements !== null) {
      const PolicyDocument = policy(...statements);
      await create(topics, 'AWS::SNS::TopicPolicy', { Topics: [physicalId], PolicyDocument });
    }
    const from = { service: one.service, sourceArn: one.source };
    const publish = () => topics.publish(physicalId, { subject: 's', body: 'b' }, from);
    expect(passes(publish)).toBe(one.isAllowed);
  });
});

describe('SEC-05: a queue is sent dead letters', () => {
  it.each(rows(SENDERS))('by %s', async (_name, statements, one) => {
    const queues = createQueues(world, { metrics: recordedMetrics() });
    const { physicalId, attributes } = await create(queues, 'AWS::SQS::Queue', { QueueName: 'letters' });
    if (statements !== null) {
      const PolicyDocument = policy(...statements);
      await create(queues, 'AWS::SQS::QueuePolicy', { Queues: [physicalId], PolicyDocument });
    }
    const from = { service: one.service, sourceArn: one.source };
    expect(passes(() => queues.send(String(attributes['Arn']), 'letter', { from }))).toBe(one.isAllowed);
  });
});
