/** What IAM refuses as a malformed policy document. */

import { isOperator } from './conditions.ts';
import { type PolicyDocument, listOf } from './types.ts';

export type PolicyKind = 'identity' | 'trust';

const VERSIONS = ['2008-10-17', '2012-10-17'];

/** Every fault found, as sentences that name the statement; empty for a legal document. */
export function policyFaults(document: unknown, kind: PolicyKind): readonly string[] {
  if (typeof document !== 'object' || document === null) return ['the document must be a JSON object'];
  const { Version, Statement } = document as Partial<PolicyDocument>;
  const faults: string[] = [];
  if (Version !== undefined && !VERSIONS.includes(Version)) {
    faults.push(`Version ${JSON.stringify(Version)} must be one of ${VERSIONS.join(', ')}`);
  }
  if (Statement === undefined) faults.push('Statement is missing');
  listOf<unknown>(Statement).forEach((statement, index) => {
    faults.push(...statementFaults(statement, kind).map((fault) => `Statement[${index}]: ${fault}`));
  });
  return faults;
}

function statementFaults(given: unknown, kind: PolicyKind): string[] {
  if (typeof given !== 'object' || given === null) return ['must be a JSON object'];
  const statement = given as Record<string, unknown>;
  const faults: string[] = [];
  if (statement['Effect'] !== 'Allow' && statement['Effect'] !== 'Deny') {
    faults.push(`Effect ${JSON.stringify(statement['Effect']) ?? 'nothing'} must be Allow or Deny`);
  }
  faults.push(...exactlyOne(statement, 'Action', 'NotAction'));
  if (kind === 'trust') {
    faults.push(...exactlyOne(statement, 'Principal', 'NotPrincipal'));
    if ('Resource' in statement || 'NotResource' in statement) {
      faults.push('a trust policy must not have a Resource');
    }
  } else {
    faults.push(...exactlyOne(statement, 'Resource', 'NotResource'));
    if ('Principal' in statement) faults.push('an identity-based policy must not have a Principal');
    faults.push(...resourceFaults(statement['Resource'] ?? statement['NotResource']));
  }
  const condition = statement['Condition'];
  for (const operator of typeof condition === 'object' && condition !== null ? Object.keys(condition) : []) {
    if (!isOperator(operator)) faults.push(`'${operator}' is no condition operator`);
  }
  return faults;
}

function exactlyOne(statement: Record<string, unknown>, name: string, opposite: string): string[] {
  const count = Number(name in statement) + Number(opposite in statement);
  return count === 1 ? [] : [`needs exactly one of ${name} and ${opposite}`];
}

function resourceFaults(resource: unknown): string[] {
  return listOf<unknown>(resource as string)
    .filter((item) => typeof item !== 'string' || (item !== '*' && !/^(arn:|\*)/.test(item)))
    .map((item) => `Resource ${JSON.stringify(item)} must be an ARN or *`);
}
