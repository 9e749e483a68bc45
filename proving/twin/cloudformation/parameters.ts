/** Gives every parameter of a template its value: what was passed, what was there before, or its default. */

import { fail } from './errors.ts';
import { isScalar, type Properties } from './values.ts';

/** A parameter as a caller passes it. */
export interface GivenParameter {
  readonly value?: string | undefined;
  readonly usePrevious?: boolean | undefined;
}

export interface ResolvedParameter {
  readonly name: string;
  /** As passed: for an SSM-typed parameter, the name of the SSM parameter. */
  readonly given: string;
  /** As `Ref` sees it: text, or a list of texts. */
  readonly value: string | readonly string[];
  /** Its value is never shown. */
  readonly noEcho: boolean;
  readonly fromSsm: boolean;
}

export interface ParameterSources {
  readonly given: ReadonlyMap<string, GivenParameter>;
  /** Values of the stack as it stands; empty for a new stack. */
  readonly previous: ReadonlyMap<string, string>;
  /** The value of an SSM parameter; undefined when there is none. */
  ssm(name: string): string | undefined;
}

const SSM_VALUE = /^AWS::SSM::Parameter::Value<(.+)>$/;
const LIST_TYPE = /^(CommaDelimitedList|List<.+>)$/;
const SCALAR_TYPE = /^(String|Number|AWS::SSM::Parameter::Name|AWS::(EC2|Route53)::[\w:]+)$/;

export const NO_ECHO_SHOWN = '****';

/** Throws TemplateError naming the parameter and the constraint it breaks. */
export function resolveParameters(
  definitions: Readonly<Record<string, Properties>>,
  sources: ParameterSources,
): ReadonlyMap<string, ResolvedParameter> {
  const strangers = [...sources.given.keys()].filter((name) => !Object.hasOwn(definitions, name));
  if (strangers.length > 0) {
    fail(`Parameters: [${strangers.join(', ')}] do not exist in the template`, 'Parameters');
  }
  const missing: string[] = [];
  const resolved = new Map<string, ResolvedParameter>();
  for (const [name, definition] of Object.entries(definitions)) {
    const given = givenText(name, definition, sources);
    if (given === undefined) missing.push(name);
    else resolved.set(name, resolveOne(name, definition, given, sources));
  }
  if (missing.length > 0) fail(`Parameters: [${missing.join(', ')}] must have values`, 'Parameters');
  return resolved;
}

function givenText(name: string, definition: Properties, sources: ParameterSources): string | undefined {
  const given = sources.given.get(name);
  if (given?.usePrevious === true) return sources.previous.get(name);
  if (given?.value !== undefined) return given.value;
  const fallback = definition['Default'];
  return isScalar(fallback) ? String(fallback) : undefined;
}

function resolveOne(
  name: string,
  definition: Properties,
  given: string,
  sources: ParameterSources,
): ResolvedParameter {
  const path = `Parameters/${name}`;
  const declared = definition['Type'];
  if (typeof declared !== 'string') fail('Template format error: every parameter needs a Type', path);
  const stored = SSM_VALUE.exec(declared)?.[1];
  checkConstraints(name, definition, given, stored === undefined && isListType(declared, path), path);
  const text = stored === undefined ? given : storedText(given, sources, path);
  return {
    name,
    given,
    value: isListType(stored ?? declared, path) ? listOf(text) : text,
    noEcho: String(definition['NoEcho']) === 'true',
    fromSsm: stored !== undefined,
  };
}

function storedText(parameter: string, sources: ParameterSources, path: string): string {
  const text = sources.ssm(parameter);
  return (
    text ?? fail(`Unable to fetch parameters [${parameter}] from parameter store for this account.`, path)
  );
}

function isListType(type: string, path: string): boolean {
  if (LIST_TYPE.test(type)) return true;
  return SCALAR_TYPE.test(type)
    ? false
    : fail(`Template format error: Unrecognized parameter type: ${type}`, path);
}

function listOf(text: string): string[] {
  return text === '' ? [] : text.split(',').map((item) => item.trim());
}

function checkConstraints(
  name: string,
  definition: Properties,
  given: string,
  isList: boolean,
  path: string,
): void {
  for (const text of isList ? listOf(given) : [given]) {
    const broken = brokenConstraint(definition, text);
    if (broken === null) continue;
    const described = definition['ConstraintDescription'];
    const why = typeof described === 'string' ? described : broken;
    const shown = String(definition['NoEcho']) === 'true' ? '' : `, got "${text}"`;
    fail(`Parameter ${name} failed to satisfy constraint: ${why}${shown}`, path);
  }
}

function brokenConstraint(definition: Properties, text: string): string | null {
  const allowed = definition['AllowedValues'];
  if (Array.isArray(allowed) && !allowed.map(String).includes(text)) {
    return `Member must satisfy enum value set: [${allowed.map(String).join(', ')}]`;
  }
  const pattern = definition['AllowedPattern'];
  if (typeof pattern === 'string' && !new RegExp(`^(?:${pattern})$`).test(text)) {
    return `Member must match pattern ${pattern}`;
  }
  const isNumber = /^(Number|List<Number>)$/.test(String(definition['Type']));
  if (isNumber && (text.trim() === '' || !Number.isFinite(Number(text)))) return 'Member must be a number';
  const bound = (field: string) => (definition[field] === undefined ? null : Number(definition[field]));
  const [shortest, longest] = [bound('MinLength'), bound('MaxLength')];
  const [least, most] = [bound('MinValue'), bound('MaxValue')];
  if (shortest !== null && text.length < shortest) return `Member must have minimum length ${shortest}`;
  if (longest !== null && text.length > longest) return `Member must have maximum length ${longest}`;
  if (least !== null && Number(text) < least) return `Member must be at least ${least}`;
  if (most !== null && Number(text) > most) return `Member must be at most ${most}`;
  return null;
}
