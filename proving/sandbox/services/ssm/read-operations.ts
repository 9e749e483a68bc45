/** Operations that read parameters. */

import type * as SSM from '@aws-sdk/client-ssm';
import { AwsError, type Operation, type World, operation } from '../../kernel/index.ts';
import { isBelow, legacyFilters, passes } from './filters.ts';
import { parameterArn, parseSelector, validation } from './names.ts';
import { pageOf } from './paging.ts';
import { historyShape, metadataShape, parameterShape } from './shapes.ts';
import type { ParameterStore, ParameterVersion } from './store.ts';

const NAMES_MAX = 10;
const BY_PATH_PAGE = { max: 10, default: 10 };
const LIST_PAGE = { max: 50, default: 50 };

type Operations = Record<string, Operation>;

export function readOperations(world: World, store: ParameterStore): Operations {
  const arnOf = (text: string): string => parameterArn(world, parseSelector(world, text).name);
  return {
    GetParameter: operation<SSM.GetParameterCommandInput, object>({
      authorize: ({ Name = '' }) => [{ action: 'ssm:GetParameter', resource: arnOf(Name) }],
      handle: ({ Name = '', WithDecryption = false }) => ({
        Parameter: parameterShape(world, needVersion(world, store, Name), WithDecryption),
      }),
    }),
    GetParameters: operation<SSM.GetParametersCommandInput, object>({
      authorize: ({ Names = [] }) =>
        Names.map((name) => ({ action: 'ssm:GetParameters', resource: arnOf(name) })),
      handle: (input) => getParameters(world, store, input),
    }),
    GetParametersByPath: operation<SSM.GetParametersByPathCommandInput, object>({
      // The path alone is checked: who may read a path may read all that is below it.
      authorize: ({ Path = '/', Recursive = false }) => [
        {
          action: 'ssm:GetParametersByPath',
          resource: parameterArn(world, Path),
          context: { 'ssm:Recursive': String(Recursive) },
        },
      ],
      handle: (input) => getByPath(world, store, input),
    }),
    ...listOperations(world, store, arnOf),
  };
}

function listOperations(world: World, store: ParameterStore, arnOf: (text: string) => string): Operations {
  return {
    DescribeParameters: operation<SSM.DescribeParametersCommandInput, object>({
      authorize: () => [{ action: 'ssm:DescribeParameters', resource: '*' }],
      handle: (input) => {
        const filters = [...(input.ParameterFilters ?? []), ...legacyFilters(input)];
        const { items, ...rest } = pageOf(
          store.all().filter((version) => passes(version, filters)),
          input,
          LIST_PAGE,
        );
        return { Parameters: items.map((version) => metadataShape(world, version)), ...rest };
      },
    }),
    GetParameterHistory: operation<SSM.GetParameterHistoryCommandInput, object>({
      authorize: ({ Name = '' }) => [{ action: 'ssm:GetParameterHistory', resource: arnOf(Name) }],
      handle: (input) => {
        const { name } = parseSelector(world, input.Name ?? '');
        const versions = store.history(name);
        if (versions.length === 0) throw notFound(name);
        const { items, ...rest } = pageOf(versions, input, LIST_PAGE);
        const withDecryption = input.WithDecryption ?? false;
        return { Parameters: items.map((version) => historyShape(world, version, withDecryption)), ...rest };
      },
    }),
  };
}

function getParameters(world: World, store: ParameterStore, input: SSM.GetParametersCommandInput): object {
  const { Names = [], WithDecryption = false } = input;
  if (Names.length > NAMES_MAX) {
    throw validation(`Names has ${Names.length} members; at most ${NAMES_MAX} are allowed.`);
  }
  const found = new Map<string, ParameterVersion>();
  const InvalidParameters: string[] = [];
  for (const text of Names) {
    const version = findVersion(world, store, text);
    if (version) found.set(text, version);
    else InvalidParameters.push(text);
  }
  const Parameters = [...found.values()].map((version) => parameterShape(world, version, WithDecryption));
  return { Parameters, InvalidParameters };
}

function getByPath(world: World, store: ParameterStore, input: SSM.GetParametersByPathCommandInput): object {
  const { Path = '', Recursive = false, WithDecryption = false, ParameterFilters = [] } = input;
  if (!Path.startsWith('/')) {
    throw validation(`The parameter path '${Path}' must begin with a slash.`);
  }
  const below = store
    .all()
    .filter((version) => isBelow(version.name, Path, Recursive) && passes(version, ParameterFilters));
  const { items, ...rest } = pageOf(below, input, BY_PATH_PAGE);
  return { Parameters: items.map((version) => parameterShape(world, version, WithDecryption)), ...rest };
}

function needVersion(world: World, store: ParameterStore, text: string): ParameterVersion {
  const { name, version } = parseSelector(world, text);
  if (!store.latest(name)) throw notFound(name);
  const found = findVersion(world, store, text);
  if (found) return found;
  throw new AwsError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${version} of ${name}.`,
  );
}

function findVersion(world: World, store: ParameterStore, text: string): ParameterVersion | undefined {
  const { name, version } = parseSelector(world, text);
  return version === null ? store.latest(name) : store.history(name).find((one) => one.version === version);
}

export function notFound(name: string): AwsError {
  return new AwsError('ParameterNotFound', `Parameter ${name} not found.`);
}
