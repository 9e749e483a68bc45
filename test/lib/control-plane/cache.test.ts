import { beforeAll, describe, expect, it } from 'vitest';
import * as front from '../../../lambdas/cache-front/contract.ts';
import * as router from '../../../lambdas/cache-router/contract.ts';
import { CACHE_ENV, DATABASE_ENV, ENV, LAMBDA_CA_FILE } from '../../../lambdas/shared/contract.ts';
import { validate } from '../../../core/profile/index.ts';
import { demo } from '../../../environments/index.ts';
import { ControlPlane } from '../../../lib/index.ts';
import { Stack } from 'aws-cdk-lib';
import { rendered } from '../security/render.ts';
import {
  allResources,
  functionNamed,
  resourcesOf,
  synthesize,
  testApp,
  type Resource,
  type Synthesized,
} from '../synth.ts';

let made: Synthesized;
let without: Synthesized;
beforeAll(() => {
  made = synthesize();
  without = synthesize({ tiers: { database: {} } });
});

const propertiesOf = (name: string, { json } = made): Resource['Properties'] =>
  functionNamed(json, name)[1].Properties;
const variablesOf = (name: string, from = made): Record<string, unknown> =>
  propertiesOf(name, from)['Environment'].Variables;
const textOf = (value: unknown, { json } = made): string => rendered(json, value);

const SHARDS = /^demo-cache-0=<Cachemain0\.PrimaryEndPoint\.Address>:6379,(demo-cache-\d=<[^>]+>:6379,?){3}$/;

describe('the functions of the cache', () => {
  it.each([
    [router.FUNCTION, router],
    [front.FUNCTION, front],
  ])('%s has the time-out and concurrency of its contract', (name, contract) => {
    expect(propertiesOf(name)).toMatchObject({
      Timeout: contract.TIMEOUT_S,
      ReservedConcurrentExecutions: contract.RESERVED_CONCURRENCY,
    });
  });

  it.each([router.FUNCTION, front.FUNCTION, 'health-check-us-east-1b'])(
    '%s is told every shard and the gutter, and no copy that there is not',
    (name) => {
      const variables = variablesOf(name);
      expect(textOf(variables[CACHE_ENV.shards])).toMatch(SHARDS);
      expect(textOf(variables[CACHE_ENV.gutter])).toBe(
        'demo-gutter-0=<Cachegutter0.PrimaryEndPoint.Address>:6379',
      );
      expect(variables).not.toHaveProperty(CACHE_ENV.copies);
    },
  );

  it('are told the second copy where there is one', () => {
    const double = synthesize({ tiers: { database: {}, cache: { shards: 2, redundancy: 'double' } } });
    const variables = variablesOf(router.FUNCTION, double);
    expect(textOf(variables[CACHE_ENV.copies], double)).toMatch(/^demo-copy-0=<[^>]+>:6379,demo-copy-1=/);
    expect(variables).not.toHaveProperty(CACHE_ENV.gutter);
  });

  it('are told as many shards as a profile may have within the 4,096 bytes of their variables', () => {
    const cache = { shards: 33, gutter: true };
    expect(() => validate({ ...demo, tiers: { database: {}, cache: { ...cache, shards: 34 } } })).toThrow(
      /at most 33 shards/,
    );
    const large = synthesize({ tiers: { database: {}, cache } });
    for (const name of [router.FUNCTION, front.FUNCTION, 'health-check-us-east-1b']) {
      const variables = Object.entries(variablesOf(name, large)).map(([key, value]) => {
        const text = textOf(value, large)
          .replaceAll(
            /<Cache(main|gutter)(\d+)[^>]+>/g,
            'master.demo-cache-$2.abcdef.use1.cache.amazonaws.com',
          )
          .replaceAll(/<[^>]+>/g, 'x'.repeat(95));
        return `${key}${text}`;
      });
      const bytes = variables.join('').length;
      expect(bytes, name).toBeGreaterThan(2000);
      expect(bytes, name).toBeLessThanOrEqual(4096);
    }
  });

  it('cache-front logs in as its own user, to the database as its own role, and trusts what Lambda brings', () => {
    const variables = variablesOf(front.FUNCTION);
    expect(variables).toMatchObject({
      [front.ENV.user]: 'demo-cache-front',
      NODE_EXTRA_CA_CERTS: LAMBDA_CA_FILE,
    });
    const { cluster, clusterEndpoint, port, database } = DATABASE_ENV;
    for (const name of [cluster, clusterEndpoint, port, database]) expect(variables).toHaveProperty(name);
  });

  it('cache-front stands in every zone and reaches the shards and the database alone', () => {
    const { VpcConfig } = propertiesOf(front.FUNCTION);
    expect(VpcConfig.SubnetIds).toHaveLength(3);
    const ways = resourcesOf(made.json.control, 'AWS::EC2::SecurityGroupEgress').filter(([id]) =>
      id.includes('CacheFront'),
    );
    const ports = ways.map(([, { Properties }]) => String(Properties['FromPort']));
    expect(ports.toSorted()).toEqual(['5432', '6379']);
  });

  it('cache-router stands outside the VPC, and knows the front and the zones that probe', () => {
    expect(propertiesOf(router.FUNCTION)['VpcConfig']).toBeUndefined();
    const variables = variablesOf(router.FUNCTION);
    expect(textOf(variables[router.ENV.front])).toBe('<ControlPlaneCacheFrontFunction.Arn>');
    expect(variables[ENV.zones]).toBe('us-east-1a,us-east-1b,us-east-1c');
    expect(variables).toHaveProperty(ENV.stateTable);
  });

  it('cache-router has the mode of the profile, else its own default', () => {
    expect(variablesOf(router.FUNCTION)).not.toHaveProperty(ENV.mode);
    const cache = { shards: 1, mode: 'observe' } as const;
    const observing = synthesize({ tiers: { database: {}, cache } });
    expect(variablesOf(router.FUNCTION, observing)).toHaveProperty(ENV.mode, 'observe');
  });

  it('the state table keeps the two readers of its stream', () => {
    const readers = ({ json }: Synthesized): number =>
      resourcesOf(json.control, 'AWS::Lambda::EventSourceMapping').filter(
        ([, { Properties }]) => rendered(json, Properties['EventSourceArn']) === '<StateTable.StreamArn>',
      ).length;
    expect(readers(made)).toBe(2);
    expect(readers(without)).toBe(2);
  });
});

describe('the shards', () => {
  it('let in the probers and the front by name, on their one port', () => {
    const ways = resourcesOf(made.json.control, 'AWS::EC2::SecurityGroupIngress').filter(
      ([, { Properties }]) => textOf(Properties['GroupId']).includes('CacheSecurityGroup'),
    );
    expect(ways).toHaveLength(4);
    for (const [, { Properties }] of ways) {
      expect(Properties).toMatchObject({ FromPort: 6379, ToPort: 6379, IpProtocol: 'tcp' });
      expect(Properties['SourceSecurityGroupId']).toBeDefined();
    }
  });

  it('are never rebooted where AWS promotes a replica', () => {
    const { json } = synthesize({ tiers: { database: {}, cache: { shards: 2, redundancy: 'replicated' } } });
    expect(JSON.stringify(json.control)).toContain('elasticache:DescribeCacheClusters');
    const policies = resourcesOf(json.control, 'AWS::IAM::Policy');
    expect(JSON.stringify(policies)).not.toContain('elasticache:RebootCacheCluster');
    const gutter = synthesize({
      tiers: { database: {}, cache: { shards: 2, redundancy: 'replicated', gutter: true } },
    });
    const statement = resourcesOf(gutter.json.control, 'AWS::IAM::Policy')
      .flatMap(([, { Properties }]) => Properties['PolicyDocument'].Statement)
      .find(({ Action }) => Action === 'elasticache:RebootCacheCluster');
    expect(textOf(statement.Resource, gutter)).toMatch(/:cluster:demo-gutter-0-001$/);
  });
});

describe('without a cache', () => {
  it('nothing of it is made: no stack, resource, function, alarm, table or variable', () => {
    expect(without.environment.cache).toBeNull();
    const made = allResources(without.json).filter(([, { Type }]) => !Type.startsWith('AWS::SSM'));
    const text = JSON.stringify(made.map(([, { Type, Properties }]) => ({ Type, Properties })));
    // The boundary of the roles names every action of the kit, whatever is made.
    const left = text.replaceAll(/"elasticache:\w+"/g, '');
    expect(left).not.toMatch(/cache/i);
  });

  it('is what a control plane of its own is refused for, where the profile has one', () => {
    const stack = new Stack(testApp(), 'Alone', { env: { region: 'us-east-1' } });
    const { profile } = validate({ ...demo, tiers: { database: {}, cache: { shards: 1 } } });
    const { network, state, database } = without.environment;
    const attempt = (): unknown =>
      new ControlPlane(stack, 'ControlPlane', {
        profile: { ...profile, throttle: [] },
        vpc: network.vpc,
        stateTable: state.stateTable,
        database: database.database,
        readerPool: database.readerPool,
      });
    expect(attempt).toThrow(/cache = nothing: is needed where the profile has a cache/);
  });
});
