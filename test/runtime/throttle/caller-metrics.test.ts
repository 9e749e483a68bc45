import { describe, expect, it } from 'vitest';
import { CRITICALITIES } from '../../../core/shedding/index.ts';
import { extractMetrics } from '../../../proving/sandbox/logs/emf.ts';
import { emfCallerMetrics } from '../../../runtime/adapters/emf-caller-metrics.ts';
import { CallerMetrics, OUTCOMES, type CallerReport } from '../../../runtime/throttle/caller-metrics.ts';
import type { ThrottleDecision } from '../../../runtime/throttle/throttle.ts';
import { VirtualClock } from '../simulated/virtual-clock.ts';

const admitted = (caller: string): ThrottleDecision => ({
  caller,
  criticality: 'critical',
  outcome: 'admitted',
  cost: 1,
});
const refused = (caller: string, outcome: ThrottleDecision['outcome'] = 'shed'): ThrottleDecision => ({
  ...admitted(caller),
  criticality: 'sheddable',
  outcome,
});

interface Rig {
  readonly clock: VirtualClock;
  readonly metrics: CallerMetrics;
  readonly reports: CallerReport[];
}

function rig(): Rig {
  const clock = new VirtualClock();
  const reports: CallerReport[] = [];
  const sink = { put: (report: CallerReport) => void reports.push(report) };
  return { clock, reports, metrics: new CallerMetrics({ clock, resource: 'quotes', sink }) };
}

describe('metrics by caller', () => {
  it('are totals by class and outcome, and the callers that were refused and admitted most', async () => {
    const { clock, metrics, reports } = rig();
    for (let n = 0; n < 5; n += 1) metrics.count(admitted('alpha'));
    metrics.count(admitted('beta'));
    metrics.count(refused('beta', 'caller-limit'));
    metrics.count(refused('beta'));
    metrics.count(refused('gamma'));
    await clock.advance(60_000);
    expect(reports).toEqual([
      {
        resource: 'quotes',
        at: clock.epoch(),
        windowMs: 60_000,
        totals: [
          { criticality: 'critical', outcome: 'admitted', count: 6 },
          { criticality: 'sheddable', outcome: 'caller-limit', count: 1 },
          { criticality: 'sheddable', outcome: 'shed', count: 2 },
        ],
        refusedMost: [
          { caller: 'beta', count: 2 },
          { caller: 'gamma', count: 1 },
        ],
        admittedMost: [
          { caller: 'alpha', count: 5 },
          { caller: 'beta', count: 1 },
        ],
      },
    ]);
  });

  it('are reported once a minute at most, and not while nothing comes', async () => {
    const { clock, metrics, reports } = rig();
    await clock.advance(600_000);
    expect(reports).toEqual([]);
    for (let s = 0; s < 180; s += 1) {
      metrics.count(admitted('alpha'));
      await clock.advance(1000);
    }
    await clock.advance(600_000);
    expect(reports.map(({ totals }) => totals[0]!.count)).toEqual([60, 60, 60]);
    expect(clock.pending).toBe(0);
  });

  it('end with what is left', () => {
    const { clock, metrics, reports } = rig();
    metrics.count(admitted('alpha'));
    metrics.close();
    metrics.close();
    metrics.count(admitted('alpha'));
    expect(reports).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('SEC-17: name ten callers of a million, and the heaviest among them', async () => {
    const { clock, metrics, reports } = rig();
    for (let n = 0; n < 1_000_000; n += 1) {
      metrics.count(refused(`forged-${n}`));
      if (n % 50 === 0) metrics.count(refused('flood'));
    }
    await clock.advance(60_000);
    expect(reports[0]!.refusedMost[0]).toMatchObject({ caller: 'flood' });
    expect(reports[0]!.refusedMost.length).toBeLessThanOrEqual(10);
    expect(reports[0]!.totals[0]!.count).toBe(1_020_000);
  });

  it('cost nobody a request when they cannot be written', async () => {
    const clock = new VirtualClock();
    const sink = {
      put() {
        throw new Error('the pipe is closed');
      },
    };
    const metrics = new CallerMetrics({ clock, resource: 'quotes', sink });
    metrics.count(admitted('alpha'));
    await clock.advance(60_000);
    metrics.count(admitted('alpha'));
    expect(metrics.failed).toBe(1);
  });
});

describe('the log line of the metrics', () => {
  async function lineOf(decisions: readonly ThrottleDecision[]): Promise<string> {
    const clock = new VirtualClock();
    const lines: string[] = [];
    const sink = emfCallerMetrics({ write: (line) => lines.push(line) });
    const metrics = new CallerMetrics({ clock, resource: 'quotes', sink });
    for (const decision of decisions) metrics.count(decision);
    await clock.advance(60_000);
    expect(lines).toHaveLength(1);
    return lines[0]!;
  }

  it('is read by CloudWatch as one metric a class and outcome, of the resource alone', async () => {
    const line = await lineOf([admitted('alpha'), admitted('beta'), refused('beta', 'caller-limit')]);
    expect(line.endsWith('\n')).toBe(true);
    const datum = { namespace: 'Understudy', dimensions: { resource: 'quotes' }, unit: 'Count' };
    expect(extractMetrics(line)).toEqual([
      expect.objectContaining({ ...datum, name: 'throttle-critical-admitted', value: 2 }),
      expect.objectContaining({ ...datum, name: 'throttle-sheddable-caller-limit', value: 1 }),
    ]);
  });

  it('never has more metrics than classes times outcomes, whoever calls', async () => {
    const decisions = CRITICALITIES.flatMap((criticality) =>
      OUTCOMES.flatMap((outcome) =>
        Array.from({ length: 50 }, (_, n) => ({
          caller: `c-${n}-${outcome}`,
          criticality,
          outcome,
          cost: 1,
        })),
      ),
    );
    const data = extractMetrics(await lineOf(decisions));
    expect(data).toHaveLength(CRITICALITIES.length * OUTCOMES.length);
    expect(new Set(data.map(({ dimensions }) => JSON.stringify(dimensions)))).toEqual(
      new Set(['{"resource":"quotes"}']),
    );
  });

  it('SEC-18: holds names of callers and numbers, and nothing else of a request', async () => {
    const request = { ...admitted('alpha'), token: 'eyJhbGciOi', address: '10.1.2.3', user: 'u-17' };
    const line = await lineOf([request, refused('beta\n{"_aws":1}')]);
    expect(line).not.toMatch(/eyJ|10\.1\.2\.3|u-17/);
    expect(line.trimEnd()).not.toContain('\n');
    expect(Object.keys(JSON.parse(line) as object).toSorted()).toEqual([
      '_aws',
      'admittedMost',
      'refusedMost',
      'resource',
      'throttle-critical-admitted',
      'throttle-sheddable-shed',
      'windowMs',
    ]);
  });
});
