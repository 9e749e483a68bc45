import { afterEach, describe, expect, it } from 'vitest';
import { ElbApi } from '../../../../lambdas/shared/aws/elb-control.ts';
import { closeEndpoints, endpoint, OUTCOMES, refusal, type Said, REQUEST_MS } from './endpoint.ts';

afterEach(closeEndpoints);

const GROUP = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/demo-web/1';
const TARGET = { memberId: '10.0.1.10:8080', address: '10.0.1.10', port: 8080 };

/** @param members what stands in each `member` of the answer */
function health(...members: readonly string[]): Said {
  const listed = members.map((member) => `<member>${member}</member>`).join('');
  const body = `<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions>${listed}
    </TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>`;
  return { body };
}

const target = (state: string, zone = '<AvailabilityZone>eu-west-1a</AvailabilityZone>'): string =>
  `<Target><Id>10.0.1.10</Id><Port>8080</Port>${zone}</Target><TargetHealth><State>${state}</State></TargetHealth>`;

async function elb(answer: (request: string) => Said | null) {
  const { asked, connection } = await endpoint(answer);
  return { asked, elb: new ElbApi({ requestMs: REQUEST_MS, connection }) };
}

describe('the targets of a group', () => {
  it('are asked of it by its ARN, and told with place, zone and what the balancer says', async () => {
    const rig = await elb(() => health(target('healthy')));
    expect(await rig.elb.targetHealth(GROUP)).toEqual([
      { address: '10.0.1.10', port: 8080, az: 'eu-west-1a', state: 'healthy' },
    ]);
    expect(rig.asked[0]).toContain('Action=DescribeTargetHealth');
    expect(rig.asked[0]).toContain(`TargetGroupArn=${encodeURIComponent(GROUP)}`);
  });

  it.each([
    ['initial', 'initial'],
    ['healthy', 'healthy'],
    ['unhealthy', 'unhealthy'],
    ['unhealthy.draining', 'draining'],
    ['draining', 'draining'],
    ['unused', 'unused'],
    // The group has no health checks: the balancer has no opinion.
    ['unavailable', 'initial'],
    ['a state that is not known yet', 'initial'],
  ])('of state %s are taken for %s', async (said, state) => {
    const rig = await elb(() => health(target(said)));
    expect(await rig.elb.targetHealth(GROUP)).toMatchObject([{ state }]);
  });

  it.each([
    ['is not told', ''],
    ['is that of a target outside the VPC', '<AvailabilityZone>all</AvailabilityZone>'],
  ])('stand in no zone where it %s', async (_name, zone) => {
    const rig = await elb(() => health(target('healthy', zone)));
    expect(await rig.elb.targetHealth(GROUP)).toMatchObject([{ az: null }]);
  });

  it('without an address or a port are left out', async () => {
    const rig = await elb(() =>
      health('<Target><Id>10.0.1.11</Id></Target>', '<TargetHealth/>', target('healthy')),
    );
    expect(await rig.elb.targetHealth(GROUP)).toHaveLength(1);
  });

  it('are none of an empty group, and an error where AWS cannot be asked', async () => {
    const empty = await elb(() => health());
    expect(await empty.elb.targetHealth(GROUP)).toEqual([]);
    const denied = await elb(() => refusal('AccessDenied', 403));
    await expect(denied.elb.targetHealth(GROUP)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('a look that failed is tried once more: it changes nothing', async () => {
    let asked = 0;
    const rig = await elb(() => {
      asked += 1;
      return asked === 1 ? refusal('InternalFailure', 500) : health(target('healthy'));
    });
    expect(await rig.elb.targetHealth(GROUP)).toHaveLength(1);
    expect(rig.asked).toHaveLength(2);
  });
});

describe.each([
  ['register', 'RegisterTargets'],
  ['deregister', 'DeregisterTargets'],
] as const)('%s', (method, action) => {
  const done: Said = { body: `<${action}Response><${action}Result/></${action}Response>` };

  it('SEC-09: names one group and one target with its port, and is asked for once', async () => {
    const rig = await elb(() => done);
    expect(await rig.elb[method](GROUP, TARGET)).toEqual({ outcome: 'accepted' });
    expect(rig.asked).toHaveLength(1);
    const form = new URLSearchParams(rig.asked[0]!.split(' ').at(-1));
    expect(Object.fromEntries(form)).toEqual({
      Action: action,
      Version: '2015-12-01',
      TargetGroupArn: GROUP,
      'Targets.member.1.Id': '10.0.1.10',
      'Targets.member.1.Port': '8080',
    });
  });

  it.each(OUTCOMES)('F-16: %s, and it is not repeated', async (_name, say, outcome) => {
    const rig = await elb(() => say(refusal));
    expect(await rig.elb[method](GROUP, TARGET)).toMatchObject(outcome);
    expect(rig.asked).toHaveLength(1);
  });
});
