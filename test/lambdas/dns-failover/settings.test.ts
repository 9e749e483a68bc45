import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../core/errors.ts';
import { ENV, MODE_DEFAULT } from '../../../lambdas/dns-failover/contract.ts';
import { frontSettings, zoneIdsOf } from '../../../lambdas/dns-failover/settings.ts';
import { EnvironmentReader, type Variables } from '../../../lambdas/shared/environment.ts';
import { BALANCERS, GROUPS, NAME, RECORDS } from './world.ts';

const LEAST: Variables = {
  UNDERSTUDY_ENV: 'demo',
  UNDERSTUDY_FUNCTION: 'dns-failover',
  UNDERSTUDY_STATE_TABLE: 'state',
  AWS_REGION: 'eu-west-1',
  UNDERSTUDY_ZONES: 'eu-west-1a,eu-west-1b',
  UNDERSTUDY_FRONT_TABLE: 'front',
  UNDERSTUDY_TARGET_GROUPS: GROUPS.join(','),
  UNDERSTUDY_BALANCERS: BALANCERS.join(','),
  UNDERSTUDY_HEALTH_PATH: '/health',
  UNDERSTUDY_REQUESTS_PER_TARGET: '100',
};
const WHOLE: Variables = {
  ...LEAST,
  UNDERSTUDY_MODE: 'observe',
  UNDERSTUDY_PEAK_REQUESTS: '450',
  UNDERSTUDY_ZONE_IDS: 'eu-west-1a=euw1-az3,eu-west-1b=euw1-az1',
  UNDERSTUDY_TASK_CLUSTER: 'demo',
  UNDERSTUDY_CHECK_URL: `https://${NAME}/health`,
  UNDERSTUDY_PRIMARY_NAME: 'demo-primary.eu-west-1.elb.amazonaws.com',
  UNDERSTUDY_HOSTED_ZONE: 'Z9',
  UNDERSTUDY_RECORDS: JSON.stringify(RECORDS),
};

function read(variables: Variables) {
  const reader = new EnvironmentReader(variables);
  const settings = frontSettings(reader);
  const zoneIds = zoneIdsOf(reader);
  reader.done('dns-failover');
  return { ...settings, zoneIds };
}

/** The variables that a refusal names. */
function refusedFields(variables: Variables): readonly string[] {
  try {
    read(variables);
  } catch (error) {
    if (error instanceof InvalidInput) return error.faults.map(({ field }) => field);
    throw error;
  }
  return [];
}

const COMMON = {
  env: 'demo',
  functionName: 'dns-failover',
  table: 'state',
  region: 'eu-west-1',
  zones: ['eu-west-1a', 'eu-west-1b'],
  frontTable: 'front',
  targetGroups: GROUPS,
  balancers: BALANCERS,
  healthPath: '/health',
  requestsPerTarget: 100,
};

describe('the environment of dns-failover', () => {
  it('is read whole', () => {
    expect(read(WHOLE)).toEqual({
      ...COMMON,
      mode: 'observe',
      peakRequests: 450,
      zoneIds: { 'eu-west-1a': 'euw1-az3', 'eu-west-1b': 'euw1-az1' },
      taskCluster: 'demo',
      check: { url: `https://${NAME}/health`, connectTo: 'demo-primary.eu-west-1.elb.amazonaws.com' },
      hostedZone: 'Z9',
      records: RECORDS,
    });
  });

  it('asks nobody, looks after no record and hears no task where nothing of it is set', () => {
    expect(read(LEAST)).toEqual({
      ...COMMON,
      mode: MODE_DEFAULT,
      peakRequests: null,
      zoneIds: {},
      taskCluster: null,
      check: null,
      hostedZone: null,
      records: [],
    });
  });

  it.each([
    'UNDERSTUDY_ZONES',
    'UNDERSTUDY_FRONT_TABLE',
    'UNDERSTUDY_TARGET_GROUPS',
    'UNDERSTUDY_BALANCERS',
    'UNDERSTUDY_HEALTH_PATH',
    'UNDERSTUDY_REQUESTS_PER_TARGET',
  ])('is refused without %s, naming it', (name) => {
    expect(refusedFields({ ...LEAST, [name]: undefined })).toContain(name);
    expect(refusedFields({ ...LEAST, [name]: '' })).toContain(name);
  });

  it.each([
    ['UNDERSTUDY_TARGET_GROUPS', `${GROUPS[0]},demo-web`],
    ['UNDERSTUDY_TARGET_GROUPS', `${GROUPS[0]},arn:aws:ecs:eu-west-1:123456789012:cluster/demo`],
    ['UNDERSTUDY_HEALTH_PATH', 'health'],
    ['UNDERSTUDY_HEALTH_PATH', '/he alth'],
    ['UNDERSTUDY_HEALTH_PATH', '/health\r\nhost: x'],
    ['UNDERSTUDY_REQUESTS_PER_TARGET', '0'],
    ['UNDERSTUDY_REQUESTS_PER_TARGET', '1.5'],
    ['UNDERSTUDY_REQUESTS_PER_TARGET', '1000001'],
    ['UNDERSTUDY_PEAK_REQUESTS', 'many'],
    ['UNDERSTUDY_ZONE_IDS', 'eu-west-1a'],
    ['UNDERSTUDY_ZONE_IDS', 'eu-west-1a=euw1-az3,eu-west-1b='],
    ['UNDERSTUDY_CHECK_URL', `http://${NAME}/health`],
    ['UNDERSTUDY_CHECK_URL', 'https://'],
    ['UNDERSTUDY_CHECK_URL', 'https:///health'],
    ['UNDERSTUDY_CHECK_URL', `https://${NAME}:8443/health`],
    ['UNDERSTUDY_CHECK_URL', `https://ana:secret@${NAME}/health`],
    ['UNDERSTUDY_PRIMARY_NAME', ''],
    ['UNDERSTUDY_PRIMARY_NAME', 'http://demo-primary'],
    ['UNDERSTUDY_RECORDS', ''],
    ['UNDERSTUDY_RECORDS', '{}'],
    ['UNDERSTUDY_RECORDS', JSON.stringify([{ ...RECORDS[0], type: 'TXT' }])],
    ['UNDERSTUDY_RECORDS', JSON.stringify([{ ...RECORDS[0], alias: null }])],
    ['UNDERSTUDY_MODE', 'yes'],
  ])('is refused where %s is %j', (name, value) => {
    expect(refusedFields({ ...WHOLE, [name]: value })).toEqual([name]);
  });

  it('SEC-09: each target group has its one balancer', () => {
    const [first] = BALANCERS;
    expect(refusedFields({ ...WHOLE, UNDERSTUDY_BALANCERS: first })).toEqual(['UNDERSTUDY_BALANCERS']);
    expect(refusedFields({ ...WHOLE, UNDERSTUDY_BALANCERS: [...BALANCERS, first].join(',') })).toEqual([
      'UNDERSTUDY_BALANCERS',
    ]);
  });

  it('names all of its faults at once', () => {
    const fields = refusedFields({ UNDERSTUDY_CHECK_URL: 'x', UNDERSTUDY_HOSTED_ZONE: 'Z9' });
    expect(fields).toEqual(
      expect.arrayContaining([
        ENV.frontTable,
        ENV.targetGroups,
        ENV.balancers,
        ENV.healthPath,
        ENV.requestsPerTarget,
        ENV.checkUrl,
        ENV.primaryName,
        ENV.records,
      ]),
    );
  });
});
