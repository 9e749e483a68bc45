/** The evaluator against a table of cases that knows nothing of it. */

import { describe, expect, it } from 'vitest';
import { evaluateAccess, policyFaults } from '../../../../proving/twin/iam/index.ts';
import { ACCOUNT, readCases, type Answer, type IamCase } from './cases.ts';

const CASES = readCases(new URL('cases.txt', import.meta.url));
const ANSWERS = { allowed: 'yes', 'implicitly-denied': 'no', 'explicitly-denied': 'never' } as const;

function decide(one: IamCase): Answer {
  const limits = (
    [
      ['permissions boundary', one.boundary],
      ['session policy', one.session],
    ] as const
  ).flatMap(([kind, document]) => (document === null ? [] : [{ kind, document }]));
  const policies = { identity: [one.identity], limits, resource: one.resourcePolicy };
  const request = { ...one.request, resourceAccountId: ACCOUNT };
  return ANSWERS[evaluateAccess(policies, one.caller, request).outcome];
}

describe('SEC-01: IAM answers as AWS does', () => {
  it.each(CASES.filter(({ answer }) => answer !== 'refused').map((one) => [one.name, one] as const))(
    '%s',
    (_name, one) => {
      expect(decide(one)).toBe(one.answer);
      expect(policyFaults(one.identity, 'identity')).toEqual([]);
    },
  );

  it.each(CASES.filter(({ answer }) => answer === 'refused').map((one) => [one.name, one] as const))(
    '%s',
    (_name, one) => {
      expect(policyFaults(one.identity, 'identity').join()).toContain('is no condition operator');
      expect(() => decide(one)).toThrow('unknown condition operator');
    },
  );

  it('the table is as large as it says', () => {
    expect(CASES.length).toBeGreaterThanOrEqual(120);
    expect(new Set(CASES.map(({ name }) => name)).size).toBeGreaterThanOrEqual(120);
    for (const answer of ['yes', 'no', 'never', 'refused']) {
      expect(CASES.filter((one) => one.answer === answer).length).toBeGreaterThanOrEqual(6);
    }
  });
});
