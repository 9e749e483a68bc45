/** Reads the rules of a service from what a person wrote, and checks them as a whole. */

import { parseDocument } from '../document.ts';
import type { Fault } from '../errors.ts';
import { SERVICE_VERSIONS, type ServiceVersion } from '../naming.ts';
import { FaultList } from './fault-list.ts';
import { hiddenRules } from './hidden.ts';
import { SPLIT_DEFAULT, type Destination, type Split, type Strategy, type StrategyRule } from './types.ts';

export const RULES_MAX = 20;
/** Users or values that one rule names at most. */
export const NAMED_MAX = 200;
const NAME_LENGTH_MAX = 128;
const ATTRIBUTE_NAME = /^[a-z][a-z0-9-]{0,31}$/;
const STRATEGY_NAME = /^[a-z][a-z0-9-]{0,31}$/;
const EXAMPLE =
  '{"rules": [{"percent": 5, "to": {"version": "canary"}}], "split": {"stable": 100, "canary": 0}}';

export interface StrategyPlace {
  /** Path of the document as the user wrote it, for messages. */
  readonly field: string;
  readonly service: string;
}

export interface ReadStrategy {
  /** With every default applied. Of use only when there is no fault. */
  readonly strategy: Strategy;
  /** Every fault; none when the rules can be used. */
  readonly faults: readonly Fault[];
}

/** The rules of a parameter's text. A text that is no JSON, or too long to be one, is one fault. */
export function parseStrategy(place: StrategyPlace, text: string): ReadStrategy {
  const parsed = parseDocument({ field: place.field, example: EXAMPLE }, text);
  if (parsed.fault === null) return readStrategy(place, parsed.document);
  const strategy = { service: place.service, rules: [], split: SPLIT_DEFAULT };
  return { strategy, faults: [parsed.fault] };
}

/** @param document what was written, of any type */
export function readStrategy({ field, service }: StrategyPlace, document: unknown): ReadStrategy {
  const list = new FaultList();
  const fields = list.object(field, document, ['rules', 'split']);
  const rules = readRules(list, `${field}.rules`, fields['rules'] ?? []);
  const split = readSplit(list, `${field}.split`, fields['split'] ?? SPLIT_DEFAULT);
  if (list.faults.length === 0)
    hiddenRules(`${field}.rules`, rules).forEach((fault) => list.faults.push(fault));
  return { strategy: { service, rules, split }, faults: list.faults };
}

function readRules(list: FaultList, field: string, value: unknown): readonly StrategyRule[] {
  if (!Array.isArray(value)) {
    list.add(field, value, 'must be a list of rules', 'write [{"users": [...], "to": {...}}]');
    return [];
  }
  if (value.length > RULES_MAX) {
    list.add(
      field,
      value.length,
      `has more than ${RULES_MAX} rules`,
      'join rules that send to the same place',
    );
    return [];
  }
  return value
    .map((rule: unknown, at) => readRule(list, `${field}[${at}]`, rule))
    .filter((rule) => rule !== null);
}

const KINDS = ['users', 'attribute', 'percent'] as const;

function readRule(list: FaultList, field: string, value: unknown): StrategyRule | null {
  const fields = list.object(field, value, ['users', 'attribute', 'equals', 'percent', 'to']);
  const kinds = KINDS.filter((kind) => fields[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const fix =
      'write {"users": [...]}, {"attribute": ..., "equals": [...]} or {"percent": ...}, each with "to"';
    list.add(field, value, `must have exactly one of ${KINDS.join(', ')}`, fix);
    return null;
  }
  if (kind !== 'attribute' && fields['equals'] !== undefined) {
    list.add(`${field}.equals`, fields['equals'], 'belongs to "attribute"', 'leave it out');
  }
  const to = readDestination(list, `${field}.to`, fields['to']);
  if (kind === 'users') return { users: readNames(list, `${field}.users`, fields['users'], 'users'), to };
  if (kind === 'percent') return { percent: readPercent(list, `${field}.percent`, fields['percent']), to };
  return {
    attribute: readName(list, `${field}.attribute`, fields['attribute'], ATTRIBUTE_NAME),
    equals: readNames(list, `${field}.equals`, fields['equals'], 'values'),
    to,
  };
}

function readDestination(list: FaultList, field: string, value: unknown): Destination {
  const { version, strategy } = list.object(field, value, ['version', 'strategy']);
  if (version === undefined && strategy === undefined) {
    list.add(field, value, 'must have a version or a strategy', 'write {"version": "canary"}');
  }
  return {
    ...(version === undefined ? {} : { version: readVersion(list, `${field}.version`, version) }),
    ...(strategy === undefined
      ? {}
      : { strategy: readName(list, `${field}.strategy`, strategy, STRATEGY_NAME) }),
  };
}

function readVersion(list: FaultList, field: string, value: unknown): ServiceVersion {
  const known = SERVICE_VERSIONS.find((name) => name === value);
  if (known === undefined) {
    list.add(field, value, 'is no version of a service', `use one of ${SERVICE_VERSIONS.join(', ')}`);
  }
  return known ?? 'stable';
}

function readName(list: FaultList, field: string, value: unknown, pattern: RegExp): string {
  if (typeof value === 'string' && pattern.test(value)) return value;
  const rule = 'must be 1 to 32 lower-case letters, digits and dashes, beginning with a letter';
  list.add(field, value, rule, "use a name such as 'plan'");
  return '';
}

function readNames(list: FaultList, field: string, value: unknown, what: string): readonly string[] {
  if (!Array.isArray(value)) {
    list.add(field, value, `must be a list of ${what}`, 'write ["..."]');
    return [];
  }
  if (value.length === 0) {
    list.add(field, value, 'matches nobody: the list is empty', 'name somebody, or leave the rule out');
  }
  if (value.length > NAMED_MAX) {
    list.add(field, value.length, `names more than ${NAMED_MAX} ${what}`, 'use an attribute or a percentage');
    return [];
  }
  const bad = value.filter(
    (name) => typeof name !== 'string' || name === '' || name.length > NAME_LENGTH_MAX,
  );
  if (bad.length > 0) {
    list.add(field, bad[0], `must be texts of 1 to ${NAME_LENGTH_MAX} characters`, 'correct it');
    return [];
  }
  return value as readonly string[];
}

function readPercent(list: FaultList, field: string, value: unknown): number {
  if (value === 0) {
    list.add(field, value, 'matches nobody: it is 0', 'raise it, or leave the rule out');
    return 0;
  }
  return list.share(field, value);
}

function readSplit(list: FaultList, field: string, value: unknown): Split {
  const fields = list.object(field, value, SERVICE_VERSIONS);
  const stable = list.share(`${field}.stable`, fields['stable'] ?? 0);
  const canary = list.share(`${field}.canary`, fields['canary'] ?? 0);
  if (list.faults.length === 0 && Math.round((stable + canary) * 100) !== 10_000) {
    const rule = `must add up to 100, not to ${stable + canary}`;
    list.add(field, value, rule, `write {"stable": ${Math.max(0, 100 - canary)}, "canary": ${canary}}`);
  }
  return { stable, canary };
}
