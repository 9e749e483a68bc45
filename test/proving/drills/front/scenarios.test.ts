import { describe, expect, it } from 'vitest';
import type { FrontLine } from '../../../../proving/drills/front/model.ts';
import { FRONT_SCENARIOS } from '../../../../proving/drills/front/scenarios/index.ts';
import type { FrontScenario, FrontSetting } from '../../../../proving/drills/front/types.ts';
import { STOCK } from './stock.ts';

const named = (name: string): FrontScenario => FRONT_SCENARIOS.find((scenario) => scenario.name === name)!;
const setting = (fault: FrontSetting['fault'], rest: Partial<FrontSetting> = {}): FrontSetting => ({
  fault,
  without: null,
  deny: null,
  control: false,
  pace: 'fast',
  ...rest,
});

const GOOD = {
  failed: 0,
  failed_idempotent: 0,
  failed_after_10s: 0,
  lost_acked_writes: 0,
  invented_writes: 0,
  duplicated: 0,
  wrong_reads: 0,
  stale_reads: 0,
  control_plane_calls: 0,
  balancer_failed: 8,
  control_failed: 3,
  bad_until_ms: 0,
  writes_bad_until_ms: 5900,
  managed_ms: 4000,
  recovered_ms: 10,
  normal_after_ms: 100,
  worst_10s_failed_pct: 0.5,
  reader_worst_10s_failed_pct: 0.5,
  actions: [{ call: 'rds:FailoverDBCluster', at_ms: 8000 }],
};
const DEPLOYED = {
  'deploy-new-version': { completed: true, new_version_pct: 100, reason: null },
  'deploy-bad-version': { completed: false, new_version_pct: 0, reason: 'tasks failed' },
} as Readonly<Record<string, Partial<FrontLine>>>;

function broken(name: string, fields: object, of: FrontSetting = setting(named(name).faults[0]!)): string[] {
  const line = { ...GOOD, ...DEPLOYED[name], ...fields } as unknown as FrontLine;
  return named(name)
    .expectations(of)
    .flatMap((rule) => (rule.holds(line) ? [] : [rule.rule]));
}

describe.each(FRONT_SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
  '%s',
  (name, scenario) => {
    it('holds with good numbers, whatever the fault and the pace', () => {
      for (const fault of scenario.faults) {
        for (const pace of ['fast', 'aws'] as const)
          expect(broken(name, {}, setting(fault, { pace }))).toEqual([]);
      }
    });

    it.each(['duplicated', 'lost_acked_writes', 'control_plane_calls', 'wrong_reads'] as const)(
      'does not hold with one of %s, nor when that was not measured',
      (field) => {
        expect(broken(name, { [field]: 1 })).toEqual([`${field} = 0`]);
        expect(broken(name, { [field]: null })).toEqual([`${field} = 0`]);
      },
    );

    it('finds somebody to break, and says in the words of a user what it expects', () => {
      expect(scenario.target(STOCK, 0.5)).toBeDefined();
      for (const fault of scenario.faults) {
        for (const without of [null, 'functions'] as const) {
          const text = scenario.hypothesis(setting(fault, { without }));
          expect(text).toMatch(/^[A-Z].*\.$/);
          expect(text).not.toContain('undefined');
        }
      }
    });
  },
);

describe('what the figures say', () => {
  it('edge-node kill: 60 failures and 300 ms', () => {
    expect(broken('edge-node', { failed: 61, bad_until_ms: 301 })).toEqual([
      'failed <= 60',
      'bad_until_ms <= 300',
    ]);
  });

  it("web-task kill: the balancer's own floor and five more, and nothing for a client that retries", () => {
    expect(broken('web-task', { balancer_failed: 9 })).toEqual(['balancer_failed <= control_failed + 5']);
    expect(broken('web-task', { failed_idempotent: 1 })).toEqual(['failed_idempotent = 0']);
    const without = setting('kill', { without: 'functions' });
    expect(broken('web-task', { control_failed: null }, without)).toEqual([]);
  });

  it('I-06: web-task hang: 4 s at the pace of AWS, five idempotent failures at the fast one', () => {
    const rule = ['bad_until_ms <= 4000'];
    expect(broken('web-task', { bad_until_ms: 4001 }, setting('hang', { pace: 'aws' }))).toEqual(rule);
    expect(broken('web-task', { failed_idempotent: 6 }, setting('hang'))).toEqual(['failed_idempotent <= 5']);
  });

  it('service-task: none for a kill, two for a hang, normal after 2 s', () => {
    expect(broken('service-task', { failed_idempotent: 1 })).toEqual(['failed_idempotent <= 0']);
    expect(broken('service-task', { failed_idempotent: 2 }, setting('hang'))).toEqual([]);
    expect(broken('service-task', { normal_after_ms: 2001 })).toEqual(['normal_after_ms <= 2000']);
    expect(broken('service-task', { normal_after_ms: null })).toEqual(['normal_after_ms <= 2000']);
  });

  it('edge-primary: 200 s at the pace of AWS', () => {
    const aws = setting('kill', { pace: 'aws' });
    expect(broken('edge-primary', { bad_until_ms: 200_001 }, aws)).toEqual(['bad_until_ms <= 200000']);
  });

  it('F-24: zone: half a percent of the reads in any 10 s, and nothing later than 10 s', () => {
    expect(broken('zone', { worst_10s_failed_pct: 0.6, failed_after_10s: 1 })).toEqual([
      'worst_10s_failed_pct <= 0.5',
      'failed_after_10s = 0',
    ]);
  });

  it('zone-writer: reads go on, and while it is cut off those that any reader may answer', () => {
    const some = { worst_10s_failed_pct: 0.6, reader_worst_10s_failed_pct: 0.5 };
    expect(broken('zone-writer', some)).toEqual(['worst_10s_failed_pct <= 0.5']);
    expect(broken('zone-writer', some, setting('partition'))).toEqual([]);
    const more = { ...some, reader_worst_10s_failed_pct: 0.6 };
    expect(broken('zone-writer', more, setting('partition'))).toEqual(['reader_worst_10s_failed_pct <= 0.5']);
  });

  it('zone-writer: writes wait for the managed change and 2 s, and before it for our call where AWS sees nothing', () => {
    const late = { writes_bad_until_ms: 6001 };
    expect(broken('zone-writer', late)).toEqual(['writes_bad_until_ms <= managed_ms + 2000']);
    expect(broken('zone-writer', late, setting('partition'))).toEqual([]);
    expect(broken('zone-writer', { ...late, actions: [] }, setting('partition'))).toHaveLength(2);
    expect(broken('zone-writer', { managed_ms: null })).toHaveLength(1);
  });

  it('deployments: nothing fails, a good one is there, a bad one is not and says why', () => {
    expect(broken('deploy-new-version', { failed: 1 })).toEqual(['failed = 0']);
    expect(broken('deploy-new-version', { new_version_pct: 66.7 })).toEqual(['new_version_pct = 100']);
    expect(broken('deploy-bad-version', { completed: true })).toEqual(['rolled back']);
    expect(broken('deploy-bad-version', { reason: '' })).toEqual(['says why']);
  });
});
