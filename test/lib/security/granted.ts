/** What the synthesized templates really grant: one line a right, by the function or the role that has it. */

import { allResources, type Resource, type Synthesized } from '../synth.ts';
import { plainId, rendered, renderedCondition, roleOf } from './render.ts';

type Json = Synthesized['json'];
type Listed = ReadonlyMap<string, readonly string[]>;

interface Statement {
  readonly Effect: string;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

const listed = (value: unknown): readonly unknown[] => (value === undefined ? [] : [value].flat());

export function line(right: { action: string; on: string; when?: string; effect?: string }): string {
  const effect = right.effect === 'Deny' ? 'not ' : '';
  return `${effect}${right.action} on ${right.on}${right.when ? ` when ${right.when}` : ''}`;
}

/** The rights of every role, from inline policies and from policies of their own. */
export function grantedRights(json: Json): Listed {
  const rights = new Map<string, string[]>();
  for (const [id, resource] of allResources(json)) {
    if (resource.Type === 'AWS::IAM::Role') {
      const inline = listed(resource.Properties['Policies']) as { PolicyDocument: unknown }[];
      add(
        rights,
        nameOfRole(json, id),
        inline.flatMap((policy) => linesOf(json, policy.PolicyDocument)),
      );
    }
    if (resource.Type !== 'AWS::IAM::Policy' && resource.Type !== 'AWS::IAM::ManagedPolicy') continue;
    for (const role of listed(resource.Properties['Roles'])) {
      const owner = nameOfRole(json, roleOf(json, id.split('.')[0]!, role));
      add(rights, owner, linesOf(json, resource.Properties['PolicyDocument']));
    }
  }
  return rights;
}

/** What else gives or limits rights: managed policies that are attached, and the boundary. */
export function limitsOfRoles(json: Json): Listed {
  const found = new Map<string, readonly string[]>();
  for (const [id, { Type, Properties }] of allResources(json)) {
    if (Type !== 'AWS::IAM::Role') continue;
    const attached = listed(Properties['ManagedPolicyArns']).map((arn) => `attached ${rendered(json, arn)}`);
    const boundary = Properties['PermissionsBoundary'];
    const within = boundary === undefined ? [] : [`within ${rendered(json, boundary)}`];
    found.set(nameOfRole(json, id), [...attached, ...within]);
  }
  return found;
}

/** Every managed policy, with its lines; by stack and plain id. */
export function managedPolicies(json: Json): Listed {
  const managed = allResources(json).filter(([, { Type }]) => Type === 'AWS::IAM::ManagedPolicy');
  return new Map(
    managed.map(([id, { Properties }]) => [plainId(id), linesOf(json, Properties['PolicyDocument'])]),
  );
}

/** Who may take each role on. */
export function trusted(json: Json): Listed {
  const roles = allResources(json).filter(([, { Type }]) => Type === 'AWS::IAM::Role');
  return new Map(
    roles.map(([id, { Properties }]) => [
      nameOfRole(json, id),
      principalLines(json, Properties['AssumeRolePolicyDocument']),
    ]),
  );
}

/** Who may call what by itself: permissions of functions, and policies of topics and queues. */
export function admitted(json: Json): readonly string[] {
  return allResources(json)
    .flatMap(([id, resource]) => admissions(json, id, resource))
    .toSorted();
}

function admissions(json: Json, id: string, { Type, Properties }: Resource): readonly string[] {
  if (Type === 'AWS::Lambda::Permission') {
    const conditions = ['SourceArn', 'SourceAccount']
      .filter((name) => Properties[name] !== undefined)
      .map((name) => `${name}=${rendered(json, Properties[name])}`);
    const target = rendered(json, Properties['FunctionName']);
    const when = conditions.length > 0 ? ` when ${conditions.join(' and ')}` : '';
    return [`${Properties['Principal']}: ${Properties['Action']} on ${target}${when}`];
  }
  if (Type !== 'AWS::SNS::TopicPolicy' && Type !== 'AWS::SQS::QueuePolicy') return [];
  return principalLines(json, Properties['PolicyDocument'], plainId(id));
}

function principalLines(json: Json, document: unknown, owner?: string): readonly string[] {
  return statementsOf(document).flatMap((statement) =>
    principalsOf(statement.Principal).flatMap((principal) =>
      linesOf(json, { Statement: [{ ...statement, Resource: statement.Resource ?? owner ?? 'itself' }] }).map(
        (text) => `${principal}: ${text}`,
      ),
    ),
  );
}

function principalsOf(principal: unknown): readonly string[] {
  if (typeof principal === 'string') return [principal];
  const kinds = Object.entries((principal ?? {}) as Record<string, unknown>);
  return kinds.flatMap(([, names]) => listed(names).map(String));
}

/** One line for each action and resource of each statement. */
function linesOf(json: Json, document: unknown): readonly string[] {
  return statementsOf(document).flatMap((statement) => {
    const actions = [
      ...listed(statement.Action).map(String),
      ...listed(statement.NotAction).map((action) => `everything but ${String(action)}`),
    ];
    const resources = [
      ...listed(statement.Resource).map((resource) => rendered(json, resource)),
      ...listed(statement.NotResource).map((resource) => `everything but ${rendered(json, resource)}`),
    ];
    const when = renderedCondition(json, statement.Condition);
    return actions.flatMap((action) =>
      resources.map((on) => line({ action, on, when, effect: statement.Effect })),
    );
  });
}

function statementsOf(document: unknown): readonly Statement[] {
  return listed((document as { Statement?: unknown } | undefined)?.Statement) as Statement[];
}

/** The report name of the function that runs as the role, else the role's own id. */
export function nameOfRole(json: Json, id: string): string {
  const [stack = '', logicalId = ''] = id.split('.');
  const user = allResources(json).find(
    ([other, { Type, Properties }]) =>
      Type === 'AWS::Lambda::Function' &&
      other.startsWith(`${stack}.`) &&
      Properties['Role']?.['Fn::GetAtt']?.[0] === logicalId,
  );
  const named = user?.[1].Properties['Environment']?.Variables?.UNDERSTUDY_FUNCTION as string | undefined;
  return named ?? plainId(logicalId);
}

function add(rights: Map<string, string[]>, owner: string, lines: readonly string[]): void {
  const known = rights.get(owner) ?? [];
  rights.set(owner, [...new Set([...known, ...lines])].toSorted());
}
