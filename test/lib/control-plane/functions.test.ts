import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import * as healthCheck from '../../../lambdas/health-check/contract.ts';
import * as reconcile from '../../../lambdas/reconcile/contract.ts';
import * as replicaPool from '../../../lambdas/replica-pool/contract.ts';
import { DATABASE_ENV, ENV, LAMBDA_CA_FILE } from '../../../lambdas/shared/contract.ts';
import * as writeFailover from '../../../lambdas/write-failover/contract.ts';
import {
  allResources,
  functionNamed,
  resourcesOf,
  synthesize,
  type Resource,
  type Synthesized,
} from '../synth.ts';

let made: Synthesized;
beforeAll(() => {
  made = synthesize();
});

const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
const propertiesOf = (name: string): Resource['Properties'] => functionNamed(made.json, name)[1].Properties;
const variablesOf = (name: string): Record<string, unknown> => propertiesOf(name)['Environment'].Variables;

describe('every function', () => {
  it('runs on Node 24, arm64, as one ES module', () => {
    for (const [id, { Type, Properties }] of allResources(made.json)) {
      if (Type !== 'AWS::Lambda::Function') continue;
      expect(Properties, id).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
      });
    }
  });

  it.each([
    [replicaPool.FUNCTION, replicaPool],
    [writeFailover.FUNCTION, writeFailover],
    [reconcile.FUNCTION, reconcile],
    ['health-check-us-east-1a', healthCheck],
  ])('%s has the time-out and concurrency of its contract', (name, contract) => {
    expect(propertiesOf(name)).toMatchObject({
      Timeout: contract.TIMEOUT_S,
      ReservedConcurrentExecutions: contract.RESERVED_CONCURRENCY,
    });
  });

  it.each([replicaPool.FUNCTION, writeFailover.FUNCTION, reconcile.FUNCTION, 'health-check-us-east-1c'])(
    '%s is told the environment, the table and the closed set of members',
    (name) => {
      const variables = variablesOf(name);
      expect(variables).toMatchObject({ [ENV.env]: 'demo', [ENV.function]: name });
      for (const key of [ENV.stateTable, ...Object.values(DATABASE_ENV)]) {
        if (key === DATABASE_ENV.customEndpoint) continue;
        expect(variables, key).toHaveProperty(key);
      }
      const pairs = JSON.stringify(variables[DATABASE_ENV.members]);
      expect(pairs.match(/Endpoint\.?Address/g), 'a host for each member').toHaveLength(3);
    },
  );

  it('stands outside the VPC, the probers excepted', () => {
    for (const name of [
      replicaPool.FUNCTION,
      writeFailover.FUNCTION,
      reconcile.FUNCTION,
      'database-bootstrap',
    ]) {
      expect(propertiesOf(name)['VpcConfig'], name).toBeUndefined();
    }
  });
});

describe('a prober', () => {
  it('stands in the one subnet of its zone, with a group of its own', () => {
    const subnets = ZONES.map((zone) => {
      const { VpcConfig } = propertiesOf(`health-check-${zone}`);
      expect(VpcConfig.SubnetIds).toHaveLength(1);
      expect(VpcConfig.SecurityGroupIds).toHaveLength(1);
      return JSON.stringify(VpcConfig);
    });
    expect(new Set(subnets).size).toBe(3);
  });

  it('reaches the members, the shards, the tasks and DynamoDB, and is reached by nobody', () => {
    const groups = resourcesOf(made.json.control, 'AWS::EC2::SecurityGroup');
    const ofProbers = groups.filter(([id]) => id.includes('Probers'));
    expect(ofProbers).toHaveLength(3);
    for (const [, { Properties }] of ofProbers) {
      expect(Properties['SecurityGroupIngress']).toBeUndefined();
      expect(Properties['SecurityGroupEgress']).toEqual([
        expect.objectContaining({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }),
      ]);
    }
    const ways = resourcesOf(made.json.control, 'AWS::EC2::SecurityGroupEgress').filter(([id]) =>
      id.includes('Probers'),
    );
    const ports = ways.map(([, { Properties }]) => {
      expect(Properties).toMatchObject({ ToPort: Properties['FromPort'], IpProtocol: 'tcp' });
      expect(Properties['DestinationSecurityGroupId']).toBeDefined();
      return String(Properties['FromPort']);
    });
    expect(ports.toSorted()).toEqual(['5432', '6379', '8080'].flatMap((port) => [port, port, port]));
  });

  it('trusts the authorities that Lambda brings, and knows its zone', () => {
    expect(variablesOf('health-check-us-east-1b')).toMatchObject({
      [healthCheck.ENV.az]: 'us-east-1b',
      NODE_EXTRA_CA_CERTS: LAMBDA_CA_FILE,
    });
  });

  it('has the right to its network interface before it is made', () => {
    const [, { DependsOn }] = functionNamed(made.json, 'health-check-us-east-1a');
    expect(DependsOn!.join()).toMatch(/NetworkInterfaces/);
  });
});

describe('a controller', () => {
  it('acts in the example, and by its own default elsewhere', () => {
    expect(variablesOf(writeFailover.FUNCTION)).toMatchObject({ [ENV.mode]: 'act' });
    const { json } = synthesize({ tiers: { database: {} } });
    const [, { Properties }] = functionNamed(json, writeFailover.FUNCTION);
    expect(Properties['Environment'].Variables).not.toHaveProperty(ENV.mode);
  });

  it('knows the zones that probe and the applications that report', () => {
    for (const name of [replicaPool.FUNCTION, writeFailover.FUNCTION, reconcile.FUNCTION]) {
      expect(variablesOf(name)).toMatchObject({
        [ENV.zones]: ZONES.join(','),
        [ENV.applications]: 'shop',
      });
    }
    expect(variablesOf(replicaPool.FUNCTION)).toMatchObject({
      [DATABASE_ENV.customEndpoint]: 'understudy-demo-readers',
    });
    expect(variablesOf(reconcile.FUNCTION)).toMatchObject({
      [reconcile.ENV.parameterRoot]: '/understudy/demo',
      [reconcile.ENV.alarmPrefix]: 'understudy-demo-',
    });
  });
});

describe('the triggers', () => {
  it('run each prober, reconcile, cache-router and dns-failover every minute, by roles that may invoke one function each', () => {
    const schedules = resourcesOf(made.json.control, 'AWS::Scheduler::Schedule');
    expect(schedules).toHaveLength(6);
    const targets = schedules.map(([, { Properties }]) => {
      expect(Properties).toMatchObject({
        ScheduleExpression: 'rate(1 minute)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 } },
      });
      return `${JSON.stringify(Properties['Target'].Arn)} by ${JSON.stringify(Properties['Target'].RoleArn)}`;
    });
    expect(new Set(targets).size).toBe(6);
  });

  it.each([replicaPool.FUNCTION, writeFailover.FUNCTION])(
    'wake %s by the stream, when a verdict changes or someone asks',
    (name) => {
      const [id] = functionNamed(made.json, name);
      const mappings = resourcesOf(made.json.control, 'AWS::Lambda::EventSourceMapping');
      const [, mapping] = mappings.find(
        ([, { Properties }]) => Properties['FunctionName'].Ref === id.split('.')[1],
      )!;
      expect(mapping.Properties).toMatchObject({
        StartingPosition: 'LATEST',
        BisectBatchOnFunctionError: true,
      });
      const patterns = mapping.Properties['FilterCriteria'].Filters.map(({ Pattern }: any) =>
        JSON.parse(Pattern),
      );
      expect(patterns).toEqual([
        {
          eventName: ['INSERT', 'MODIFY'],
          dynamodb: { NewImage: { kind: { S: ['observation'] }, changed: { BOOL: [true] } } },
        },
        { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { pk: { S: [`wake#${name}`] } } } },
      ]);
    },
  );

  it('run reconcile when a parameter of this environment changes', () => {
    made.templates.control.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.ssm'],
        'detail-type': ['Parameter Store Change'],
        detail: { name: [{ prefix: '/understudy/demo/' }] },
      },
      Targets: [Match.objectLike({ RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 2 } })],
    });
  });

  it('let all alarms of the environment invoke a controller by one permission each', () => {
    const permissions = resourcesOf(made.json.control, 'AWS::Lambda::Permission').filter(
      ([, { Properties }]) => Properties['Principal'] === 'lambda.alarms.cloudwatch.amazonaws.com',
    );
    expect(permissions).toHaveLength(4);
    for (const [, { Properties }] of permissions) {
      expect(Properties['SourceAccount']).toEqual({ Ref: 'AWS::AccountId' });
      expect(JSON.stringify(Properties['SourceArn'])).toContain(':alarm:understudy-demo-*');
    }
  });
});
