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
    case 'Fn::ImportValue':
      return rendered(json, exported(json, argument as string));
    default:
      return JSON.stringify(value);
  }
}

function exported(json: Json, name: string): unknown {
  const outputs = Object.values(json).flatMap((template) => Object.values(template.Outputs ?? {}));
  const found = outputs.find(({ Export }) => Export?.Name === name);
  if (found === undefined) throw new Error(`no stack exports ${name}`);
  return found.Value;
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
