/**
 * Evaluates the expressions of a template. A part that is not known yet (see `UNKNOWN`) makes the whole
 * function's value unknown, so that a plan can be made before anything is created.
 */

import { cutBlock } from './cidr.ts';
import { isConditionFunction } from './condition-functions.ts';
import { fail } from './errors.ts';
import type { Scope } from './scope.ts';
import { containsUnknown, isRecord, isScalar, NO_VALUE, UNKNOWN } from './values.ts';

interface Site {
  readonly scope: Scope;
  readonly path: string;
}

type Intrinsic = (argument: unknown, site: Site) => unknown;

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, { scope, path }) => scope.reference(text(argument, path), path),
  'Fn::GetAtt': getAttribute,
  'Fn::Join': join,
  'Fn::Split': split,
  'Fn::Select': select,
  'Fn::Sub': substitute,
  'Fn::If': choose,
  'Fn::ImportValue': importValue,
  'Fn::FindInMap': findInMap,
  'Fn::Base64': base64,
  'Fn::GetAZs': zonesOf,
  'Fn::Cidr': cidr,
  'Fn::Length': lengthOf,
  'Fn::ToJsonString': toJson,
};

/** The value with every function evaluated and every `AWS::NoValue` left out. */
export function evaluate(value: unknown, scope: Scope, path: string): unknown {
  if (Array.isArray(value)) {
    return value
      .map((item: unknown, index) => evaluate(item, scope, `${path}/${index}`))
      .filter((item) => item !== NO_VALUE);
  }
  if (!isRecord(value)) return value;
  const name = functionName(value, path);
  if (name !== null) {
    return INTRINSICS[name]!(value[name], { scope, path: `${path}/${name}` });
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, evaluate(item, scope, `${path}/${key}`)] as const)
      .filter(([, item]) => item !== NO_VALUE),
  );
}

/** The intrinsic function an object calls, or null for plain data. */
export function functionName(value: Record<string, unknown>, path: string): string | null {
  const keys = Object.keys(value);
  const called = keys.find((key) => key === 'Ref' || key.startsWith('Fn::'));
  if (called === undefined) return null;
  if (called === 'Ref' && (keys.length > 1 || typeof value['Ref'] !== 'string')) return null;
  if (keys.length > 1) {
    return fail(`Template format error: ${called} must be the only key of its object`, path);
  }
  if (called in INTRINSICS) return called;
  const why = isConditionFunction(called) ? 'is allowed in Conditions and Rules only' : 'is not supported';
  return fail(`Template error: ${called} ${why}`, `${path}/${called}`);
}

/** Variables of an `Fn::Sub` text, without literals (`${!Name}`). */
export function substitutionVariables(template: string): string[] {
  return [...template.matchAll(/\$\{(?!!)([^}]*)\}/g)].map((match) => match[1]!.trim());
}

function getAttribute(argument: unknown, { scope, path }: Site): unknown {
  if (typeof argument === 'string') {
    const dot = argument.indexOf('.');
    if (dot < 0) return fail('Fn::GetAtt needs a resource and an attribute, as in Resource.Attribute', path);
    return scope.attribute(argument.slice(0, dot), argument.slice(dot + 1), path);
  }
  const [logicalId, attribute] = list(argument, path, 2);
  return scope.attribute(text(logicalId, path), text(evaluate(attribute, scope, `${path}/1`), path), path);
}

function join(argument: unknown, { scope, path }: Site): unknown {
  const [delimiter, values] = list(argument, path, 2);
  const items = evaluate(values, scope, `${path}/1`);
  if (containsUnknown(items)) return UNKNOWN;
  return list(items, path)
    .map((item) => text(item, path))
    .join(text(delimiter, path));
}

function split(argument: unknown, { scope, path }: Site): unknown {
  const [delimiter, source] = list(argument, path, 2);
  const value = evaluate(source, scope, `${path}/1`);
  return value === UNKNOWN ? UNKNOWN : text(value, path).split(text(delimiter, path));
}

function select(argument: unknown, { scope, path }: Site): unknown {
  const [position, values] = list(argument, path, 2);
  const items = evaluate(values, scope, `${path}/1`);
  const index = Number(evaluate(position, scope, `${path}/0`));
  if (items === UNKNOWN) return UNKNOWN;
  const item = list(items, path)[index];
  return item ?? fail(`Template error: Fn::Select cannot select nonexistent value at index ${index}`, path);
}

function substitute(argument: unknown, { scope, path }: Site): unknown {
  const [template, given] = typeof argument === 'string' ? [argument, {}] : list(argument, path, 2);
  const variables = isRecord(given) ? given : fail('Fn::Sub needs an object of variables', path);
  let unknown = false;
  const result = text(template, path).replaceAll(
    /\$\{(!?)([^}]*)\}/g,
    (_, literal: string, inner: string) => {
      const name = inner.trim();
      if (literal !== '') return `\${${inner}}`;
      const value = substitution(name, variables, { scope, path });
      if (value === UNKNOWN) unknown = true;
      return value === UNKNOWN ? '' : text(value, path);
    },
  );
  return unknown ? UNKNOWN : result;
}

function substitution(name: string, variables: Record<string, unknown>, { scope, path }: Site): unknown {
  if (Object.hasOwn(variables, name)) return evaluate(variables[name], scope, `${path}/1/${name}`);
  const dot = name.indexOf('.');
  return dot < 0
    ? scope.reference(name, path)
    : scope.attribute(name.slice(0, dot), name.slice(dot + 1), path);
}

function choose(argument: unknown, { scope, path }: Site): unknown {
  const [condition, yes, no] = list(argument, path, 3);
  return scope.condition(text(condition, path), path)
    ? evaluate(yes, scope, `${path}/1`)
    : evaluate(no, scope, `${path}/2`);
}

function importValue(argument: unknown, { scope, path }: Site): unknown {
  return scope.importValue(text(evaluate(argument, scope, path), path), path);
}

function findInMap(argument: unknown, { scope, path }: Site): unknown {
  const [map, top, second, options] = list(argument, path);
  const keys = [map, top, second].map((key, index) => text(evaluate(key, scope, `${path}/${index}`), path));
  const found = scope.mapping(keys[0]!, keys[1]!, keys[2]!, path);
  if (found !== undefined) return found;
  if (isRecord(options) && 'DefaultValue' in options)
    return evaluate(options['DefaultValue'], scope, `${path}/3`);
  return fail(`Template error: Unable to get mapping for ${keys.join('::')}`, path);
}

function base64(argument: unknown, { scope, path }: Site): unknown {
  const value = evaluate(argument, scope, path);
  if (value === UNKNOWN) return UNKNOWN;
  const bytes = new TextEncoder().encode(text(value, path));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function zonesOf(argument: unknown, { scope, path }: Site): unknown {
  const region = text(evaluate(argument, scope, path), path);
  return [...scope.zones(region === '' ? text(scope.reference('AWS::Region', path), path) : region)];
}

function cidr(argument: unknown, { scope, path }: Site): unknown {
  const [block, count, bits] = list(evaluate(argument, scope, path), path);
  if ([block, count, bits].includes(UNKNOWN)) return UNKNOWN;
  if (bits === undefined) return fail('Fn::Cidr needs block, count and the bits of each block', path);
  try {
    return cutBlock(text(block, path), Number(count), Number(bits));
  } catch (error) {
    return fail(`Template error: Fn::Cidr: ${(error as Error).message}`, path);
  }
}

function lengthOf(argument: unknown, { scope, path }: Site): unknown {
  const value = evaluate(argument, scope, path);
  return value === UNKNOWN ? UNKNOWN : list(value, path).length;
}

function toJson(argument: unknown, { scope, path }: Site): unknown {
  const value = evaluate(argument, scope, path);
  return containsUnknown(value) ? UNKNOWN : JSON.stringify(value);
}

function list(value: unknown, path: string, length?: number): unknown[] {
  if (!Array.isArray(value)) return fail(`Template error: a list is needed, got ${shown(value)}`, path);
  if (length !== undefined && value.length !== length) {
    return fail(`Template error: ${length} arguments are needed, got ${value.length}`, path);
  }
  return value as unknown[];
}

function text(value: unknown, path: string): string {
  return isScalar(value) ? String(value) : fail(`Template error: text is needed, got ${shown(value)}`, path);
}

function shown(value: unknown): string {
  return typeof value === 'symbol' ? String(value.description) : (JSON.stringify(value) ?? 'nothing');
}
