/** The filters of DescribeParameters and GetParametersByPath. */

import type { DescribeParametersCommandInput, ParameterStringFilter } from '@aws-sdk/client-ssm';
import { AwsError } from '../../kernel/index.ts';
import type { ParameterVersion } from './store.ts';

const READ: Readonly<Record<string, (version: ParameterVersion) => string>> = {
  Name: ({ name }) => name,
  Type: ({ type }) => type,
  Tier: ({ tier }) => tier,
  DataType: ({ dataType }) => dataType,
};

/** @throws AwsError `InvalidFilterKey`, `InvalidFilterOption` */
export function passes(version: ParameterVersion, filters: readonly ParameterStringFilter[]): boolean {
  return filters.every(({ Key = '', Option = 'Equals', Values = [] }) => {
    if (Key === 'Path') return Values.some((path) => isBelow(version.name, path, Option === 'Recursive'));
    const read = READ[Key];
    if (!read) throw new AwsError('InvalidFilterKey', `The filter key '${Key}' is not valid here.`);
    return Values.some((value) => compare(Option, read(version), value));
  });
}

/** The older form, which some tools still send. */
export function legacyFilters(input: DescribeParametersCommandInput): ParameterStringFilter[] {
  return (input.Filters ?? []).map(({ Key, Values }) => ({ Key, Option: 'BeginsWith', Values }));
}

/** Below a path: one level, or at any depth. A path with or without a slash at its end is the same. */
export function isBelow(name: string, path: string, isRecursive: boolean): boolean {
  const prefix = path.endsWith('/') ? path : `${path}/`;
  if (!name.startsWith(prefix)) return false;
  return isRecursive || !name.slice(prefix.length).includes('/');
}

function compare(option: string, actual: string, wanted: string): boolean {
  switch (option) {
    case 'Equals':
      return actual === wanted;
    case 'BeginsWith':
      return actual.startsWith(wanted);
    case 'Contains':
      return actual.includes(wanted);
    default:
      throw new AwsError('InvalidFilterOption', `The filter option '${option}' is not valid here.`);
  }
}
