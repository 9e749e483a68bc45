/** Template expressions as text a person can compare: `<StateTable.Arn>` for what only the deployment knows. */

import type { Synthesized } from '../synth.ts';

type Json = Synthesized['json'];

/** The CDK ends logical ids with eight hexadecimal digits; without them a table survives a moved construct. */
const HASH = /[0-9A-F]{8}$/;

export function plainId(logicalId: string): string {
  return logicalId.replace(HASH, '');
}

/** What a value of a template stands for; imports are followed to what the other stack exports. */
export function rendered(json: Json, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const [[name, argument] = ['', undefined], ...more] = Object.entries(value);
  if (more.length > 0) return JSON.stringify(value);
  switch (name) {
    case 'Ref':
      return argument === 'AWS::AccountId' ? '<account>' : `<${plainId(argument as string)}>`;
    case 'Fn::GetAtt': {
      const [id = '', attribute = ''] = argument as readonly string[];
      return `<${plainId(id)}.${attribute}>`;
    }
    case 'Fn::Join': {
      const [separator, parts] = argument as readonly [string, readonly unknown[]];
      return parts.map((part) => rendered(json, part)).join(separator);
    }
    case 'Fn::Sub':
      return String(argument).replaceAll('${AWS::AccountId}', '<account>');
    case 'Fn::ImportValue':
      return rendered(json, exported(json, argument as string).value);
    default:
      return JSON.stringify(value);
  }
}

/** The role that a policy of a stack names, its own or one of another stack, as `stack.logicalId`. */
export function roleOf(json: Json, stack: string, named: unknown): string {
  const reference = named as { readonly Ref?: string; readonly 'Fn::ImportValue'?: string };
  if (reference.Ref !== undefined) return `${stack}.${reference.Ref}`;
  const { stack: owner, value } = exported(json, reference['Fn::ImportValue'] ?? '');
  return roleOf(json, owner, value);
}

function exported(json: Json, name: string): { readonly stack: string; readonly value: unknown } {
  for (const [stack, template] of Object.entries(json)) {
    const found = Object.values(template.Outputs ?? {}).find(({ Export }) => Export?.Name === name);
    if (found !== undefined) return { stack, value: found.Value };
  }
  throw new Error(`no stack exports ${name}`);
}

/** A condition with sorted keys, e.g. `Null dynamodb:LeadingKeys=false`. */
export function renderedCondition(json: Json, condition: unknown): string {
  const operators = Object.entries((condition ?? {}) as Record<string, Record<string, unknown>>);
  return operators
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, values]) => {
        const texts = [values].flat().map((value) => rendered(json, value));
        return `${operator} ${key}=${texts.toSorted().join('|')}`;
      }),
    )
    .toSorted()
    .join(' and ');
}
