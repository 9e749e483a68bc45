/** Reads `cases.txt`: policies in a short notation, and what AWS answers of them. */

import fs from 'node:fs';
import type { Caller, PolicyDocument, PolicyStatement } from '../../../../proving/twin/iam/index.ts';

export type Answer = 'yes' | 'no' | 'never' | 'refused';

export interface IamCase {
  readonly name: string;
  readonly identity: PolicyDocument;
  readonly boundary: PolicyDocument | null;
  readonly session: PolicyDocument | null;
  readonly resourcePolicy: PolicyDocument | null;
  readonly caller: Caller;
  readonly request: { action: string; resource: string; context: Record<string, string | readonly string[]> };
  readonly answer: Answer;
}

export const ACCOUNT = '123456789012';
const HERE = `us-east-1:${ACCOUNT}`;

const NAMED: Readonly<Record<string, string>> = {
  cluster: `arn:aws:rds:${HERE}:cluster:demo`,
  'other-cluster': `arn:aws:rds:${HERE}:cluster:other`,
  table: `arn:aws:dynamodb:${HERE}:table/state`,
  'log-stream': `arn:aws:logs:${HERE}:log-group:demo:log-stream:one`,
  object: 'arn:aws:s3:::bucket/key',
  topic: `arn:aws:sns:${HERE}:people`,
  queue: `arn:aws:sqs:${HERE}:letters`,
  function: `arn:aws:lambda:${HERE}:function:demo`,
  zone: 'arn:aws:route53:::hostedzone/Z1',
  'other-zone': 'arn:aws:route53:::hostedzone/Z2',
};

interface Policies {
  identity: { Version: string; Statement: PolicyStatement[] };
  boundary: PolicyDocument | null;
  session: PolicyDocument | null;
  resource: PolicyDocument | null;
}

export function readCases(file: URL): readonly IamCase[] {
  const cases: IamCase[] = [];
  let section = '';
  let policies = noPolicies('2012-10-17');
  let statements: PolicyStatement[] = policies.identity.Statement;
  for (const [index, raw] of fs.readFileSync(file, 'utf8').split('\n').entries()) {
    const text = raw.replaceAll(/(?<!\$)\{([\w-]+)\}/g, (whole, name: string) => NAMED[name] ?? whole);
    const [word = ''] = text.trim().split(/\s/);
    if (word === '' || word === '#') continue;
    if (word === '##') section = text.slice(3);
    else if (word === '?') cases.push(readCase(text, section, policies));
    else if (word === 'Allow' || word === 'Deny') statements.push(readStatement(text.trim()));
    else if (word === 'policy') {
      policies = noPolicies(/version (\S+)/.exec(text)?.[1] ?? '2012-10-17');
      statements = policies.identity.Statement;
    } else if (word === 'boundary' || word === 'session' || word === 'resource') {
      statements = [];
      policies[word] = { Version: '2012-10-17', Statement: statements };
    } else throw new Error(`line ${index + 1} of the cases is not understood: ${text}`);
  }
  return cases;
}

function noPolicies(Version: string): Policies {
  return { identity: { Version, Statement: [] }, boundary: null, session: null, resource: null };
}

const CASE = /^\? (\S+) on (\S+)(?: with (.*?))?(?: by (\S+))? = (yes|no|never|refused)(?:\s+-- (.*))?$/;

function readCase(text: string, section: string, policies: Policies): IamCase {
  const [matched, action = '', resource = '', given, by = 'role:app', answer] = CASE.exec(text) ?? [];
  if (matched === undefined) throw new Error(`this case is not understood: ${text}`);
  const pairs = (given ?? '').split(' ').filter((pair) => pair !== '');
  const context = Object.fromEntries(
    pairs.map((pair) => {
      const [key = '', ...rest] = pair.split('=');
      const value = rest.join('=');
      return [key, value === '-' ? [] : value.includes('|') ? value.split('|') : value] as const;
    }),
  );
  return {
    name: `${section}: ${text.slice(2)}`,
    identity: policies.identity,
    boundary: policies.boundary,
    session: policies.session,
    resourcePolicy: policies.resource,
    caller: readCaller(by),
    request: { action, resource, context },
    answer: answer as Answer,
  };
}

function readCaller(text: string): Caller {
  const [kind, rest = ''] = text.split(/:(.*)/s);
  const [name = '', accountId = ACCOUNT] = rest.split('@');
  const none = { accountId, arn: null, roleArn: null, service: null };
  if (kind === 'service') return { ...none, service: name };
  if (kind === 'user') return { ...none, arn: `arn:aws:iam::${accountId}:user/${name}` };
  return {
    ...none,
    arn: `arn:aws:sts::${accountId}:assumed-role/${name}/session`,
    roleArn: `arn:aws:iam::${accountId}:role/${name}`,
  };
}

const STATEMENT =
  /^(Allow|Deny) (all but )?(\S+) on (all but )?(\S+)(?: for (?:(\w+)=)?(\S+))?(?: if (.*))?$/;

function readStatement(text: string): PolicyStatement {
  const [
    matched,
    effect,
    notAction,
    actions = '',
    notResource,
    resources = '',
    kind,
    principals,
    conditions,
  ] = STATEMENT.exec(text) ?? [];
  if (matched === undefined) throw new Error(`this statement is not understood: ${text}`);
  return {
    Effect: effect as 'Allow' | 'Deny',
    [notAction ? 'NotAction' : 'Action']: actions.split('|'),
    [notResource ? 'NotResource' : 'Resource']: resources.split('|'),
    ...(principals === undefined
      ? {}
      : { Principal: kind === undefined ? ('*' as const) : { [kind]: principals.split('|') } }),
    ...(conditions === undefined ? {} : { Condition: readConditions(conditions) }),
  };
}

function readConditions(text: string): PolicyStatement['Condition'] {
  const condition: Record<string, Record<string, string[]>> = {};
  for (const clause of text.split(' and ')) {
    const [matched, operator = '', key = '', values = ''] = /^(\S+) ([^=]+)=(\S*)$/.exec(clause) ?? [];
    if (matched === undefined) throw new Error(`this condition is not understood: ${clause}`);
    condition[operator] = { ...condition[operator], [key]: values.split('|') };
  }
  return condition;
}
