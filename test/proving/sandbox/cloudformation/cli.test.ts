/** The stock CDK command line, from bootstrap to destroy. The tests are steps of one story, in order. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliHarness, startCliHarness } from './cli-harness.ts';

const STEP_MS = 90_000;

let harness: CliHarness;

beforeAll(async () => {
  harness = await startCliHarness();
}, STEP_MS);

afterAll(() => harness.stop());

const deploy = (variant: string) => harness.cdk(variant, 'deploy', 'Demo/*', '--require-approval', 'never');
const changeSetsExecuted = () => harness.counts()['cloudformation']?.['ExecuteChangeSet']?.calls ?? 0;

describe('the stock cdk command line', () => {
  test(
    'bootstraps the account',
    async () => {
      const { accountId, region } = harness.world;
      const result = await harness.cdk('first', 'bootstrap', `aws://${accountId}/${region}`);
      expect(result).toMatchObject({ code: 0, output: expect.stringContaining('bootstrapped.') });
      expect(harness.ssm.get('/cdk-bootstrap/hnb659fds/version')).toMatch(/^\d+$/);
    },
    STEP_MS,
  );

  test(
    'is told by name which resource the sandbox does not know, before anything exists',
    async () => {
      const result = await deploy('unknown-type');
      expect(result.code).toBe(1);
      expect(result.output).toContain('Unrecognized resource types: [AWS::Braket::QuantumTask]');
      expect(result.output).toContain('Extra (AWS::Braket::QuantumTask)');
      expect(harness.cloudformation.stacks().map(({ name }) => name)).toEqual(['CDKToolkit']);
    },
    STEP_MS,
  );

  test(
    'is told where a change set cannot be made',
    async () => {
      const result = await deploy('unknown-import');
      expect(result.code).toBe(1);
      expect(result.output).toContain('No export named nobody-exports-this found.');
      expect(result.output).toContain('/Resources/Extra/Properties/Value/Fn::ImportValue');
      expect(harness.ssm.get('/fixture/greeting')).toBeUndefined();
    },
    STEP_MS,
  );

  test(
    'deploys two stacks, the second with an export of the first, and publishes the asset',
    async () => {
      const result = await deploy('first');
      expect(result.output).toContain('✅  Demo/App (Demo-App)');
      expect(result.code).toBe(0);
      expect(harness.ssm.get('/fixture/copy')).toBe('see /fixture/greeting');
      const [, bucket = '', key = ''] =
        /^s3:\/\/([^/]+)\/(.+)$/.exec(harness.ssm.get('/fixture/asset') ?? '') ?? [];
      expect(Buffer.from(harness.s3.get(bucket, key) ?? []).toString()).toBe(
        'A file that is published as an asset.\n',
      );
      expect(harness.identity.denials).toEqual([]);
      expect(harness.cloudformation.stacks().map(({ name, status }) => `${name} ${status}`)).toEqual([
        'CDKToolkit CREATE_COMPLETE',
        'Demo-Base CREATE_COMPLETE',
        'Demo-App CREATE_COMPLETE',
      ]);
    },
    STEP_MS,
  );

  test(
    'finds nothing to do the second time, even when made to look',
    async () => {
      const executed = changeSetsExecuted();
      const result = await harness.cdk('first', 'deploy', 'Demo/*', '--force', '--require-approval', 'never');
      expect(result.output.match(/\(no changes\)/g)).toHaveLength(2);
      expect(result.code).toBe(0);
      expect(changeSetsExecuted()).toBe(executed);
    },
    STEP_MS,
  );

  test(
    'shows the difference through a change set and leaves nothing of it',
    async () => {
      const result = await harness.cdk('changed', 'diff', 'Demo/*');
      expect(result.output).toMatch(/\[~\] AWS::SSM::Parameter Base\/Greeting .*\n.*\[~\] Value/);
      expect(result.output).toMatch(/\[-\] hello\s.*\[\+\] good day/s);
      expect(result.output).toContain('Number of stacks with differences: 1');
      expect(result.output).not.toContain('Could not create a change set');
      expect(harness.ssm.get('/fixture/greeting')).toBe('hello');
    },
    STEP_MS,
  );

  test(
    'updates exactly the resource whose property changed',
    async () => {
      const published = harness.published.length;
      const result = await deploy('changed');
      expect(result.code).toBe(0);
      expect(harness.ssm.get('/fixture/greeting')).toBe('good day');
      const done = result.output.split('\n').filter((line) => /UPDATE_COMPLETE +\|/.test(line));
      expect(done.map((line) => line.split('|')[5]?.trim().split(' ')[0])).toEqual([
        'Demo/Base/Greeting',
        'Demo-Base',
      ]);
      const changes = harness.published.slice(published).map((event) => event['detail-type']);
      expect(changes.filter((type) => type === 'Parameter Store Change')).toHaveLength(1);
    },
    STEP_MS,
  );

  test(
    'rolls a failing deployment back and prints its cause',
    async () => {
      const result = await deploy('failing');
      expect(result.code).toBe(1);
      expect(result.output).toContain('cannot be validated against allowedPattern');
      expect(result.output).toContain('Demo/Base/Extra');
      expect(result.output).toContain('UPDATE_ROLLBACK_COMPLET');
      expect(harness.ssm.get('/fixture/greeting')).toBe('good day');
      expect(harness.ssm.get('/fixture/extra')).toBeUndefined();
    },
    STEP_MS,
  );

  test(
    'is refused to destroy a protected stack',
    async () => {
      expect((await deploy('protected')).code).toBe(0);
      const result = await harness.cdk('protected', 'destroy', 'Demo/*', '-f');
      expect(result.code).toBe(1);
      expect(result.output).toContain(
        'Stack [Demo-App] cannot be deleted while TerminationProtection is enabled',
      );
      expect(harness.ssm.get('/fixture/copy')).toBeDefined();
    },
    STEP_MS,
  );

  test(
    'destroys the stacks once protection is off',
    async () => {
      expect((await deploy('changed')).code).toBe(0);
      const result = await harness.cdk('changed', 'destroy', 'Demo/*', '-f');
      expect(result.output).toContain('✅  Demo/Base (Demo-Base): destroyed');
      expect(result.code).toBe(0);
      expect(harness.cloudformation.report().stacks).toEqual(['CDKToolkit']);
      expect(harness.ssm.get('/fixture/greeting')).toBeUndefined();
    },
    STEP_MS,
  );
});
