/** Parameter names: what is legal, what a reader may write, and what the ARN is. */

import { AwsError, type World } from '../../kernel/index.ts';

const NAME_LENGTH_MAX = 1011;
const LEVELS_MAX = 15;

/** What a reader asks for: a name or an ARN, with a version where one is wanted. */
export interface Selector {
  readonly name: string;
  readonly version: number | null;
}

export function parameterArn(world: World, name: string): string {
  const path = name.startsWith('/') ? name : `/${name}`;
  return `arn:${world.partition}:ssm:${world.region}:${world.accountId}:parameter${path}`;
}

/** @throws AwsError `ValidationException`, `HierarchyLevelLimitExceededException` */
export function checkName(name: string): void {
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name)) {
    throw validation(
      `Parameter name: '${name}' may consist of letters, numbers and the symbols . - _ / only.`,
    );
  }
  if (name.length > NAME_LENGTH_MAX) {
    throw validation(`Parameter name: can't be longer than ${NAME_LENGTH_MAX} characters.`);
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw validation('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
  }
  if (name.includes('/') && !name.startsWith('/')) {
    throw validation(`Parameter name must be a fully qualified name: '${name}' needs a leading slash.`);
  }
  if (name.endsWith('/') || name.includes('//')) {
    throw validation(`Parameter name: '${name}' has an empty level.`);
  }
  if (name.split('/').length - 1 > LEVELS_MAX) {
    throw new AwsError(
      'HierarchyLevelLimitExceededException',
      `Parameter name: '${name}' has more than ${LEVELS_MAX} levels.`,
    );
  }
}

/** `name`, `name:3`, or the ARN of either. */
export function parseSelector(world: World, text: string): Selector {
  const prefix = `arn:${world.partition}:ssm:${world.region}:${world.accountId}:parameter`;
  const rest = text.startsWith(prefix) ? text.slice(prefix.length) : text;
  const [name = '', version, ...more] = rest.split(':');
  if (more.length > 0 || (version !== undefined && !/^\d+$/.test(version))) {
    throw validation(
      `'${text}' is no parameter name. The sandbox selects by version number only, not by label.`,
    );
  }
  return { name, version: version === undefined ? null : Number(version) };
}

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
