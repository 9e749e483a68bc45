/** Parses all expressions of one request, so that what is unused or undefined is known before anything is read. */

import { validation } from './errors.ts';
import {
  type Condition,
  Substitutions,
  type Update,
  conditionPaths,
  parseCondition,
  parseProjection,
  parseUpdate,
  updatedPaths,
} from './expression/index.ts';
import type { Path } from './path.ts';
import type { Expressions } from './requests.ts';

export interface Parsed {
  readonly condition: Condition | null;
  readonly filter: Condition | null;
  readonly keyCondition: Condition | null;
  readonly update: Update | null;
  readonly projection: readonly Path[] | null;
}

const EXPRESSION_MEMBERS = [
  'ConditionExpression',
  'FilterExpression',
  'KeyConditionExpression',
  'UpdateExpression',
  'ProjectionExpression',
] as const;

/** Throws ValidationException for the first fault of any expression, names or values of the request. */
export function parseExpressions(request: Expressions): Parsed {
  requireSomeExpression(request);
  const given = new Substitutions(request.ExpressionAttributeNames, request.ExpressionAttributeValues);
  const condition = (label: 'ConditionExpression' | 'FilterExpression' | 'KeyConditionExpression') => {
    const text = request[label];
    return text === undefined ? null : parseCondition(label, text, given);
  };
  const parsed: Parsed = {
    update: request.UpdateExpression === undefined ? null : parseUpdate(request.UpdateExpression, given),
    condition: condition('ConditionExpression'),
    filter: condition('FilterExpression'),
    keyCondition: condition('KeyConditionExpression'),
    projection:
      request.ProjectionExpression === undefined
        ? null
        : parseProjection(request.ProjectionExpression, given),
  };
  given.requireAllUsed();
  return parsed;
}

function requireSomeExpression(request: Expressions): void {
  if (EXPRESSION_MEMBERS.some((member) => request[member] !== undefined)) return;
  for (const member of ['ExpressionAttributeNames', 'ExpressionAttributeValues'] as const) {
    if (request[member] !== undefined) {
      throw validation(`${member} can only be specified when using expressions`);
    }
  }
}

/** The attributes a request names in its expressions: what IAM's `dynamodb:Attributes` is about. */
export function namedAttributes(parsed: Parsed): string[] {
  const paths = [
    ...[parsed.condition, parsed.filter, parsed.keyCondition].flatMap((condition) =>
      condition === null ? [] : conditionPaths(condition),
    ),
    ...(parsed.update === null ? [] : updatedPaths(parsed.update)),
    ...(parsed.projection ?? []),
  ];
  return [...new Set(paths.map((path) => String(path[0])))];
}
