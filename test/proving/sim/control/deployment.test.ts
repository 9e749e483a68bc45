/** The simulator may not read `lib/`: what it says of the deployment is compared with the synthesized template. */

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import * as deployed from '../../../../proving/sim/control/deployment.ts';
import * as bounds from '../../../../proving/sim/control/service-calls.ts';
import { FOLDERS, type FolderName } from '../../../../proving/sim/control/defect.ts';
import { alarmPrefix } from '../../../../lib/index.ts';
import { demo } from '../../../../environments/index.ts';
import { resourcesOf, synthesize, type Resource, type Synthesized } from '../../../lib/synth.ts';

let made: Synthesized;
beforeAll(() => {
  made = synthesize();
});

const control = (type: string): readonly (readonly [string, Resource])[] =>
  resourcesOf(made.json.control, type);

/** The function's logical id, by its report name. */
function functionId(name: string): string {
  const found = control('AWS::Lambda::Function').find(
    ([, { Properties }]) => Properties['Environment']?.Variables?.UNDERSTUDY_FUNCTION === name,
  );
  if (found === undefined) throw new Error(`no function ${name}`);
  return found[0];
}

const functions = FOLDERS.flatMap((folder): (readonly [FolderName, string])[] =>
  folder === 'health-check'
    ? deployed.ZONES.map((az) => [folder, `${folder}-${az}`] as const)
    : [[folder, folder] as const],
);

describe('the simulated deployment', () => {
  it('is the example environment', () => {
    expect(deployed.ENVIRONMENT).toBe(demo.name);
    expect(deployed.REGION).toBe(demo.region);
    expect([...deployed.ZONES]).toEqual(demo.zones);
    expect([...deployed.APPLICATIONS]).toEqual(demo.applications);
    expect(deployed.MODE).toBe(demo.tiers?.database?.mode);
    expect(deployed.ALARM_PREFIX).toBe(alarmPrefix(demo.name));
  });

  it.each(functions)('%s: %s has the same limits, and the same fate for its events', (folder, name) => {
    const id = functionId(name);
    const { Properties } = made.json.control.Resources[id]!;
    const settings = deployed.FUNCTIONS[folder];
    expect(Properties['Timeout']).toBe(settings.timeoutMs / 1000);
    expect(Properties['ReservedConcurrentExecutions']).toBe(settings.reservedConcurrency);
    const [, queue] = control('AWS::Lambda::EventInvokeConfig').find(
      ([, config]) => config.Properties['FunctionName'].Ref === id,
    )!;
    expect(queue.Properties['MaximumEventAgeInSeconds']).toBe(settings.asynchronous.eventAgeMsMax / 1000);
    expect(queue.Properties['MaximumRetryAttempts']).toBe(settings.asynchronous.retriesMax);
  });

  it.each(functions)('%s: %s has the same triggers', (folder, name) => {
    const id = functionId(name);
    const scheduled = control('AWS::Scheduler::Schedule').filter(
      ([, { Properties }]) => Properties['Target'].Arn['Fn::GetAtt'][0] === id,
    );
    const mapped = control('AWS::Lambda::EventSourceMapping').filter(
      ([, { Properties }]) => Properties['FunctionName'].Ref === id,
    );
    expect(scheduled.map(([, { Properties }]) => Properties['ScheduleExpression'])).toEqual(
      deployed.FUNCTIONS[folder].everyMinute ? ['rate(1 minute)'] : [],
    );
    const { stream } = deployed.FUNCTIONS[folder];
    expect(mapped).toHaveLength(stream === null ? 0 : 1);
    for (const [, { Properties }] of mapped) {
      const { policy, filters } = stream!;
      expect(Properties['BatchSize']).toBe(policy.batchSize);
      expect((Properties['MaximumBatchingWindowInSeconds'] ?? 0) * 1000).toBe(policy.batchingWindowMs);
      expect(Properties['MaximumRecordAgeInSeconds'] * 1000).toBe(policy.recordAgeMsMax);
      expect(Properties['MaximumRetryAttempts']).toBe(policy.retriesMax);
      expect(Properties['BisectBatchOnFunctionError']).toBe(policy.bisect);
      expect(Properties['FunctionResponseTypes'] !== undefined).toBe(policy.reportItemFailures);
      const patterns = Properties['FilterCriteria'].Filters.map(({ Pattern }: { Pattern: string }) =>
        JSON.parse(Pattern),
      );
      expect(patterns).toEqual(filters);
    }
  });

  it('has every alarm of a member that wakes one of its functions, and no other', () => {
    const simulated = new Set(deployed.MEMBER_ALARMS.map(({ wakes }) => functionId(wakes)));
    const waking = control('AWS::CloudWatch::Alarm').filter(([, { Properties }]) =>
      (Properties['AlarmActions'] ?? []).some((action: Record<string, [string]>) =>
        simulated.has(action['Fn::GetAtt']?.[0] ?? ''),
      ),
    );
    const told = waking.map(([, { Properties }]) => ({
      name: Properties['AlarmName'],
      target: Properties['AlarmActions'][0]['Fn::GetAtt'][0],
      metric: Properties['MetricName'],
      periodMs: Properties['Period'] * 1000,
      statistic: Properties['Statistic'],
      rule: {
        comparison: Properties['ComparisonOperator'],
        threshold: Properties['Threshold'],
        evaluationPeriods: Properties['EvaluationPeriods'],
        datapointsToAlarm: Properties['DatapointsToAlarm'],
        treatMissingData: Properties['TreatMissingData'],
      },
    }));
    const expected = [0, 1, 2].flatMap((index) =>
      deployed.MEMBER_ALARMS.map(({ failure, wakes }) => ({
        name: deployed.alarmName(failure, index),
        target: functionId(wakes),
        metric: failure,
        periodMs: deployed.MEMBER_ALARM_PERIOD_MS,
        statistic: deployed.MEMBER_ALARM_STATISTIC,
        rule: deployed.MEMBER_ALARM_RULE,
      })),
    );
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(told.toSorted(byName)).toEqual(expected.toSorted(byName));
  });

  it('bounds its calls as the real adapters do', () => {
    const text = (name: string): string =>
      readFileSync(new URL(`../../../../lambdas/shared/aws/${name}.ts`, import.meta.url), 'utf8');
    const number = (name: string, constant: string): number =>
      Number(new RegExp(`const ${constant} = (\\d+)`).exec(text(name))?.[1]);
    expect(bounds.STATE_BOUNDS).toEqual({
      requestMs: number('dynamo-client', 'REQUEST_MS'),
      tries: number('dynamo-client', 'TRIES'),
    });
    expect(bounds.PROBER_STATE_BOUNDS).toEqual({
      requestMs: number('dynamo-client', 'PROBER_REQUEST_MS'),
      tries: number('dynamo-client', 'PROBER_TRIES'),
    });
    expect(bounds.DESCRIBE_BOUNDS).toEqual({
      requestMs: number('database-control', 'READ_MS'),
      tries: number('database-control', 'READ_TRIES'),
    });
    expect(text('database-control')).toContain(`requestMs, tries: ${bounds.MUTATION_TRIES} `);
    expect(bounds.THROTTLE_TABLE_BOUNDS).toEqual({
      requestMs: number('throttle-store', 'REQUEST_MS'),
      tries: number('throttle-store', 'TRIES'),
    });
    const reconcile = readFileSync(
      new URL('../../../../lambdas/reconcile/entry.ts', import.meta.url),
      'utf8',
    );
    const { requestMs, tries } = bounds.READS_BOUNDS;
    expect(reconcile).toContain(`clientConfig({ requestMs: ${requestMs}, tries: ${tries} })`);
  });

  it('makes of a failed call what the real adapter makes of it', async () => {
    const { outcomeOfError } = await import('../../../../lambdas/shared/aws/outcomes.ts');
    const real = (name: string, status: number | null): unknown =>
      outcomeOfError(
        Object.assign(
          new Error('x'),
          { name },
          status === null ? {} : { $metadata: { httpStatusCode: status } },
        ),
      );
    expect(bounds.outcomeOf('throttled')).toEqual(real('ThrottlingException', 400));
    expect(bounds.outcomeOf('failed')).toEqual(real('InternalServerError', 500));
    expect(bounds.outcomeOf('lost')).toEqual(real('TimeoutError', null));
    expect(bounds.outcomeOf('answer-lost')).toEqual(real('TimeoutError', null));
  });
});
