/** The contract of the line that `understudy up --json` ends with. */

import { expect } from 'vitest';

const FUNCTIONS = [
  'cache-front',
  'cache-router',
  'database-bootstrap',
  'dns-failover',
  'health-check-us-east-1a',
  'health-check-us-east-1b',
  'health-check-us-east-1c',
  'reconcile',
  'replica-pool',
  'throttle',
  'write-failover',
];

/** Checks the one line and answers it. */
export function upLine(stdout: string): Record<string, unknown> {
  const lines = stdout.split('\n').filter((text) => text !== '');
  expect(lines).toHaveLength(1);
  const line = JSON.parse(lines[0]!) as Record<string, unknown>;
  expect(line).toEqual({
    ready_ms: expect.any(Number),
    stacks: expect.arrayContaining([
      'Demo-Network',
      'Demo-State',
      'Demo-Database',
      'Demo-Cache',
      'Demo-Edge',
      'Demo-Compute',
      'Demo-Control',
    ]),
    resources_enacted: expect.any(Number),
    resources_inert: expect.any(Number),
    not_enacted: expect.arrayContaining(['AWS::EC2::VPC']),
    functions: expect.any(Object),
    requests: expect.any(Number),
    failed: expect.any(Number),
    acked_writes: expect.any(Number),
    lost_acked_writes: 0,
    rss_mb_peak: expect.any(Number),
    processes_left: 0,
  });
  const functions = line['functions'] as Record<string, { invocations: number; errors: number }>;
  expect(Object.keys(functions).toSorted()).toEqual(FUNCTIONS);
  for (const name of FUNCTIONS) {
    expect(functions[name]).toMatchObject({ invocations: expect.any(Number), errors: expect.any(Number) });
  }
  expect(line['requests']).toBeGreaterThan(0);
  expect(line['acked_writes']).toBeGreaterThan(0);
  expect(line['rss_mb_peak']).toBeGreaterThan(0);
  return line;
}
