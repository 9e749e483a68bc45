/** The rights of dns-failover: each is used, each call is allowed, and what is not its own it cannot touch. */

import {
  DeregisterTargetsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ChangeResourceRecordSetsCommand, Route53Client, type RRType } from '@aws-sdk/client-route-53';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { frontStore, stateStore } from '../../../lambdas/shared/aws/dynamo-client.ts';
import { ZonalShiftApi } from '../../../lambdas/shared/aws/zonal-shift.ts';
import { synthesize, type Synthesized } from '../synth.ts';
import { BALANCERS, FRONT_TABLE, HOSTED_ZONE, REGION, TABLE, TARGET_GROUPS } from './account.ts';
import { NAME, openFrontAccount, ROLE, type FrontAccount } from './front-account.ts';
import { expectAllUsed } from './usage.ts';

let json: Synthesized['json'];
beforeAll(() => {
  json = synthesize().json;
});

let front: FrontAccount;
afterEach(() => front.account.stop());

const open = async (without: Readonly<Record<string, string>> = {}): Promise<FrontAccount> => {
  front = await openFrontAccount(json, without);
  return front;
};

/** A zone whose two tasks hang: one is taken out, and then requests are led away. */
async function losesZone({ world, clock, run }: FrontAccount): Promise<void> {
  await run();
  world.hang(0);
  world.hang(1);
  clock.advance(2500);
  await run();
  clock.advance(6000);
  await run();
}

async function regainsZone({ world, clock, run }: FrontAccount): Promise<void> {
  world.heal(0);
  world.heal(1);
  for (let minute = 0; minute < 5; minute += 1) {
    clock.advance(60_000);
    await run();
  }
}

/** A record is lost, and stays so for longer than a deployment takes. */
async function losesRecord({ zone, clock, run }: FrontAccount): Promise<void> {
  zone.splice(0, 1);
  for (let round = 0; round < 4; round += 1) {
    clock.advance(310_000);
    await run();
  }
}

const ledgerOf = ({ account }: FrontAccount) =>
  account.as(ROLE, () => stateStore(TABLE).recentLedger('demo-front', 20));

describe('SEC-01: every right of dns-failover is used, and every call is allowed', () => {
  it('takes a task out, leads away from its zone, undoes both, and repairs a record', async () => {
    await open();
    await losesZone(front);
    expect(front.world.stands(0) + front.world.stands(1)).toBe(2);
    const away = await front.account.as(ROLE, () => shifts().managed(BALANCERS[1]!));
    expect(away.shifts).toMatchObject([{ zone: 'use1-az1' }]);
    await regainsZone(front);
    expect([front.world.stands(0), front.world.stands(1)]).toEqual([2, 2]);
    await losesRecord(front);
    expect(new Set(front.zone.map(({ SetIdentifier }) => SetIdentifier))).toEqual(
      new Set(['primary', 'secondary']),
    );
    const states = (await ledgerOf(front)).map(({ steps, state }) => `${steps[0]!.name} ${state}`);
    expect(states.toSorted()).toEqual([
      'cancel-shift-1 done',
      'deregister-1 done',
      'register-1 done',
      'repair-1 done',
      'shift-1 done',
    ]);
    expectAllUsed(front.account, ROLE);
  });
});

describe('SEC-01: one right less', () => {
  it.each([
    ['elasticloadbalancing:DeregisterTargets', 'deregister'],
    ['arc-zonal-shift:StartZonalShift', 'shift'],
  ])(
    'without %s the %s is given up at the first answer, and everything else goes on',
    async (action, step) => {
      await open({ [ROLE]: action });
      await losesZone(front);
      await front.run();
      const ledger = await ledgerOf(front);
      const denied = ledger.filter(({ steps }) => steps[0]!.name === `${step}-1`);
      expect(denied).toMatchObject([
        { state: 'aborted', steps: [{ outcome: 'refused' }, { outcome: 'refused' }] },
      ]);
      expect(front.account.parts.identity.denials.map((one) => one.action)).toEqual([action, action]);
      expect(ledger.length).toBeGreaterThan(1);
    },
  );

  it('without route53:ChangeResourceRecordSets the records stay as they are, and tasks are looked after', async () => {
    await open({ [ROLE]: 'route53:ChangeResourceRecordSets' });
    await front.run();
    await losesRecord(front);
    expect(front.zone).toHaveLength(1);
    expect(front.account.parts.identity.denials.map((one) => one.action)).toEqual([
      'route53:ChangeResourceRecordSets',
    ]);
    await losesZone(front);
    expect(front.world.stands(0) + front.world.stands(1)).toBe(2);
  });

  it('without elasticloadbalancing:DescribeTargetHealth nothing is taken out: nobody knows what stands', async () => {
    await open({ [ROLE]: 'elasticloadbalancing:DescribeTargetHealth' });
    await losesZone(front);
    expect(front.world.calls).toEqual([]);
  });
});

const DENIED = { name: expect.stringMatching(/AccessDenied/) };
const shifts = () => new ZonalShiftApi({ region: REGION, requestMs: 5000, zoneIds: {} });

function change(name: string, Type: RRType, Action: 'CREATE' | 'DELETE' | 'UPSERT', zone = HOSTED_ZONE) {
  const client = new Route53Client({ region: REGION, maxAttempts: 1 });
  const set = { Name: name, Type, TTL: 60, ResourceRecords: [{ Value: '10.0.0.1' }] };
  const ChangeBatch = { Changes: [{ Action, ResourceRecordSet: set }] };
  return client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch }));
}

describe('what dns-failover cannot touch', () => {
  it('SEC-02: no other name, no other type, no overwriting, and no other zone', async () => {
    await open();
    await front.account.as(ROLE, async () => {
      await expect(change(`${NAME}.`, 'AAAA', 'CREATE')).resolves.toMatchObject({ ChangeInfo: {} });
      await expect(change('demo.example.com', 'A', 'CREATE')).rejects.toMatchObject(DENIED);
      await expect(change(`www.${NAME}`, 'A', 'CREATE')).rejects.toMatchObject(DENIED);
      await expect(change(NAME, 'TXT', 'CREATE')).rejects.toMatchObject(DENIED);
      await expect(change(NAME, 'NS', 'DELETE')).rejects.toMatchObject(DENIED);
      await expect(change(NAME, 'A', 'UPSERT')).rejects.toMatchObject(DENIED);
      await expect(change(NAME, 'A', 'CREATE', 'Z0OTHER')).rejects.toMatchObject(DENIED);
    });
  });

  it('SEC-09: no target group and no balancer but its own', async () => {
    await open();
    await front.account.as(ROLE, async () => {
      const client = new ElasticLoadBalancingV2Client({ region: REGION, maxAttempts: 1 });
      const foreign = TARGET_GROUPS[0]!.replace('demo', 'prod');
      const out = new DeregisterTargetsCommand({ TargetGroupArn: foreign, Targets: [{ Id: '10.0.1.10' }] });
      await expect(client.send(out)).rejects.toMatchObject(DENIED);
      const balancer = BALANCERS[0]!.replace('demo', 'prod');
      await expect(shifts().managed(balancer)).rejects.toMatchObject(DENIED);
      const start = shifts().start({ balancer, zone: 'use1-az1', minutes: 5, comment: 'x' });
      expect(await start).toMatchObject({ outcome: 'refused', code: DENIED.name });
    });
  });

  it('SEC-01: nobody else writes the list of targets, takes out a task or leads away from a zone', async () => {
    await open();
    await front.run();
    for (const role of ['health-check-us-east-1a', 'cache-router', 'replica-pool', 'reconcile']) {
      await front.account.as(role, async () => {
        const list = { kind: 'targets', env: 'demo', epoch: 99 } as never;
        await expect(frontStore(FRONT_TABLE).putTargets(list), role).rejects.toMatchObject(DENIED);
        const client = new ElasticLoadBalancingV2Client({ region: REGION, maxAttempts: 1 });
        const Targets = [{ Id: '10.0.1.10', Port: 8080 }];
        const out = new DeregisterTargetsCommand({ TargetGroupArn: TARGET_GROUPS[0]!, Targets });
        await expect(client.send(out), role).rejects.toMatchObject(DENIED);
        const shift = { balancer: BALANCERS[0]!, zone: 'use1-az1', minutes: 5, comment: 'x' };
        expect(await shifts().start(shift), role).toMatchObject({ outcome: 'refused', code: DENIED.name });
      });
    }
  });
});
