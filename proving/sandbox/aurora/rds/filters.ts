import type { Filter } from '@aws-sdk/client-rds';
import { AwsError } from '../../kernel/index.ts';
import { nameOf } from '../registry.ts';

/** Whether something passes all filters. `fields` says which filters this operation knows, and the value it has. */
export function passes(
  filters: readonly Filter[] | undefined,
  fields: Readonly<Record<string, string>>,
): boolean {
  return (filters ?? []).every(({ Name: name = '', Values: values = [] }) => {
    const actual = fields[name];
    if (actual === undefined) {
      throw new AwsError('InvalidParameterValue', `Unrecognized filter name: ${name}`);
    }
    return values.some((value) => nameOf(value) === actual.toLowerCase());
  });
}
