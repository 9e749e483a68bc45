import { Stack } from 'aws-cdk-lib';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseExpectedRecords } from '../../../core/front/index.ts';
import { parseStrategy } from '../../../core/strategy/index.ts';
import { demo } from '../../../environments/index.ts';
import * as contract from '../../../lambdas/dns-failover/contract.ts';
import { ENV, FRONT_ENV, LAMBDA_CA_FILE } from '../../../lambdas/shared/contract.ts';
import { ControlPlane } from '../../../lib/index.ts';
import { rendered } from '../security/render.ts';
import {
  functionNamed,
  resourcesOf,
  synthesize,
  testApp,
  type Resource,
  type Synthesized,
} from '../synth.ts';

let made: Synthesized;
beforeAll(() => {
  made = synthesize();
});

const propertiesOf = (name: string, { json } = made): Resource['Properties'] =>
  functionNamed(json, name)[1].Properties;
const variablesOf = (name: string, from = made): Record<string, string> => {
  const variables = propertiesOf(name, from)['Environment'].Variables as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [key, rendered(from.json, value)]),
  );
};

describe('dns-failover', () => {
  it('has the time-out and concurrency of its contract, and stands outside the VPC', () => {
    const properties = propertiesOf(contract.FUNCTION);
    expect(properties).toMatchObject({
      Timeout: contract.TIMEOUT_S,
      ReservedConcurrentExecutions: contract.RESERVED_CONCURRENCY,
    });
    expect(properties['VpcConfig']).toBeUndefined();
  });

  it('is told the closed set of balancers, each beside its target group, and what tasks bear', () => {
    const variables = variablesOf(contract.FUNCTION);
    expect(variables).toMatchObject({
      [ENV.zones]: demo.zones.join(','),
      [contract.ENV.frontTable]: '<FrontTable>',
      [contract.ENV.targetGroups]: '<PrimaryTargets>,<SecondTargets>',
      [contract.ENV.balancers]: '<PrimaryBalancer>,<SecondBalancer>',
      [contract.ENV.healthPath]: '/health',
      [contract.ENV.requestsPerTarget]: '100',
      [contract.ENV.taskCluster]: '<Cluster>',
    });
    expect(variables).not.toHaveProperty(contract.ENV.peakRequests);
  });

  it('knows each zone by the id that a shift names', () => {
    const pairs = variablesOf(contract.FUNCTION)[contract.ENV.zoneIds]!.split(',');
    expect(pairs.map((pair) => pair.split('=')[0])).toEqual(demo.zones);
    for (const pair of pairs) expect(pair).toMatch(/=<\w*IsolatedSubnet\dSubnet\.AvailabilityZoneId>$/);
  });

  it('knows the name that clients know, and the records as deployed', () => {
    const variables = variablesOf(contract.FUNCTION);
    expect(variables[contract.ENV.checkUrl]).toBe('https://shop.demo.example.com/health');
    expect(variables[contract.ENV.primaryName]).toBe('<PrimaryBalancer.DNSName>');
    expect(variables[contract.ENV.hostedZone]).toBe('<Zone>');
    // Without these authorities it would call the edge unreachable wherever its certificate is one of theirs.
    expect(variables['NODE_EXTRA_CA_CERTS']).toBe(LAMBDA_CA_FILE);
    const deployed = variables[contract.ENV.records]!.replaceAll(/<([^>]+)>/g, '$1');
    expect(parseExpectedRecords(deployed)).toMatchObject([
      { name: 'shop.demo.example.com', failover: 'PRIMARY' },
      { name: 'shop.demo.example.com', failover: 'SECONDARY' },
    ]);
  });

  it('has the mode of its tiers, of two the more careful, else its own default', () => {
    const modeOf = (
      web: 'act' | 'observe' | undefined,
      edge: 'act' | 'off' | undefined,
    ): string | undefined => {
      const tiers = {
        ...demo.tiers,
        web: { ...demo.tiers.web!, ...(web === undefined ? {} : { mode: web }) },
        edge: { ...demo.tiers.edge!, ...(edge === undefined ? {} : { mode: edge }) },
      };
      return variablesOf(contract.FUNCTION, synthesize({ tiers }))[ENV.mode];
    };
    expect(variablesOf(contract.FUNCTION)).not.toHaveProperty(ENV.mode);
    expect(modeOf('observe', undefined)).toBe('observe');
    expect(modeOf('observe', 'off')).toBe('off');
    expect(modeOf('act', 'act')).toBe('act');
  });

  it('is the one reader of the front table: a verdict that changes wakes it, and nothing that it writes itself', () => {
    const [id] = functionNamed(made.json, contract.FUNCTION);
    const readers = resourcesOf(made.json.control, 'AWS::Lambda::EventSourceMapping').filter(
      ([, { Properties }]) => rendered(made.json, Properties['EventSourceArn']) === '<FrontTable.StreamArn>',
    );
    expect(readers).toHaveLength(1);
    const { FunctionName, FilterCriteria } = readers[0]![1].Properties;
    expect(FunctionName.Ref).toBe(id.split('.')[1]);
    expect(FilterCriteria.Filters.map(({ Pattern }: any) => JSON.parse(Pattern))).toEqual([
      {
        eventName: ['INSERT', 'MODIFY'],
        dynamodb: { NewImage: { kind: { S: ['target-observation'] }, changed: { BOOL: [true] } } },
      },
    ]);
  });

  it('is woken when a task of its cluster starts or ends', () => {
    const [, { Properties }] = resourcesOf(made.json.control, 'AWS::Events::Rule').find(([, rule]) =>
      JSON.stringify(rule.Properties['EventPattern']).includes('ECS Task State Change'),
    )!;
    expect(Properties['EventPattern']).toMatchObject({
      source: ['aws.ecs'],
      detail: { clusterArn: [{ 'Fn::ImportValue': expect.any(String) }], lastStatus: ['RUNNING', 'STOPPED'] },
    });
    expect(Properties['Targets']).toHaveLength(1);
  });
});

describe('who else knows what stands in front', () => {
  it('probers read the targets, and reach every task on its port', () => {
    expect(variablesOf('health-check-us-east-1a')).toMatchObject({ [FRONT_ENV.table]: '<FrontTable>' });
    const ways = resourcesOf(made.json.control, 'AWS::EC2::SecurityGroupIngress').filter(
      ([, { Properties }]) => rendered(made.json, Properties['GroupId']).includes('<WebSecurityGroup'),
    );
    expect(ways.map(([, { Properties }]) => Properties['FromPort'])).toEqual([8080, 8080, 8080]);
  });

  it('reconcile keeps the strategy of each service, and the template owns one legal document each', () => {
    expect(variablesOf('reconcile')).toMatchObject({
      [FRONT_ENV.table]: '<FrontTable>',
      [FRONT_ENV.services]: 'shop',
    });
    const parameters = resourcesOf(made.json.control, 'AWS::SSM::Parameter')
      .map(([, { Properties }]) => Properties)
      .filter((properties) => properties['Name'].includes('/strategy/'));
    expect(parameters.map((properties) => properties['Name'])).toEqual([
      '/understudy/demo/defaults/strategy/shop',
    ]);
    const read = parseStrategy({ field: 'shop', service: 'shop' }, parameters[0]!['Value']);
    expect(read).toMatchObject({ strategy: { split: { stable: 100, canary: 0 } }, faults: [] });
  });
});

describe('a control plane', () => {
  it('fails when a part that the profile asks for is missing, and names each', () => {
    const { environment } = made;
    const stack = new Stack(testApp(), 'Elsewhere', { env: { region: 'us-east-1' } });
    const attempt = (id: string): unknown =>
      new ControlPlane(stack, id, {
        profile: environment.profile,
        vpc: environment.network.vpc,
        stateTable: environment.state.stateTable,
        database: environment.database.database,
        readerPool: environment.database.readerPool,
      });
    for (const part of ['frontTable', 'tasks', 'edge']) {
      expect(() => attempt(part)).toThrow(
        new RegExp(`${part} = nothing: is needed where the profile has an? `),
      );
    }
  });
});
