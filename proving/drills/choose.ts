/** Turns what was typed into a scenario, a fault and its conditions, or says what could have been typed. */

import { InvalidInput } from '../../core/errors.ts';
import { CACHE_SCENARIOS } from './cache/scenarios/index.ts';
import type { CacheScenario } from './cache/types.ts';
import { DENIABLE, WITHOUT, type Without } from './conditions.ts';
import { FRONT_SCENARIOS } from './front/scenarios/index.ts';
import type { FrontScenario } from './front/types.ts';
import type { CacheFaultKind, FaultKind, FrontFaultKind, ThrottleFaultKind } from './model.ts';
import type { Deny } from './ports.ts';
import { SCENARIOS, type Scenario } from './scenarios/index.ts';
import { THROTTLE_SCENARIOS } from './throttle/scenarios/index.ts';
import type { ThrottleScenario } from './throttle/types.ts';

/** A fault of the database's members. */
export interface MemberChoice {
  readonly scenario: Scenario;
  readonly fault: FaultKind;
}

export interface ThrottleChoice {
  readonly scenario: ThrottleScenario;
  readonly fault: ThrottleFaultKind;
}

/** A fault of the cache's shards. */
export interface CacheChoice {
  readonly scenario: CacheScenario;
  readonly fault: CacheFaultKind;
}

/** A fault of balancers, tasks, zones, or of what is deployed. */
export interface FrontChoice {
  readonly scenario: FrontScenario;
  readonly fault: FrontFaultKind;
}

export type Choice = MemberChoice | ThrottleChoice | CacheChoice | FrontChoice;

const FRONT_TIERS: ReadonlySet<string> = new Set(['edge', 'web', 'service', 'zone']);

export function isThrottle(choice: Choice): choice is ThrottleChoice {
  return choice.scenario.tier === 'throttle';
}

export function isCache(choice: Choice): choice is CacheChoice {
  return choice.scenario.tier === 'cache';
}

export function isFront(choice: Choice): choice is FrontChoice {
  return FRONT_TIERS.has(choice.scenario.tier);
}

const CHOICES: readonly Choice[] = [
  ...SCENARIOS.flatMap((scenario) => scenario.faults.map((fault) => ({ scenario, fault }))),
  ...CACHE_SCENARIOS.flatMap((scenario) => scenario.faults.map((fault) => ({ scenario, fault }))),
  ...FRONT_SCENARIOS.flatMap((scenario) => scenario.faults.map((fault) => ({ scenario, fault }))),
  ...THROTTLE_SCENARIOS.flatMap((scenario) => scenario.faults.map((fault) => ({ scenario, fault }))),
];

/** Every scenario that can be drilled, in the order in which `all` runs them. */
export const SCENARIO_NAMES: readonly string[] = [...new Set(CHOICES.map(({ scenario }) => scenario.name))];

/** Every legal pair, as it is typed. */
export function legalPairs(): string[] {
  return CHOICES.map(({ scenario, fault }) => `${scenario.name} --fault ${fault}`);
}

/** `all` chooses each scenario with its default fault, or with `matrix` every legal pair. */
export function choose(name: string, fault: string | undefined, matrix = false): readonly Choice[] {
  const isAll = name === 'all' && fault === undefined;
  const named = isAll ? CHOICES : CHOICES.filter(({ scenario }) => scenario.name === name);
  if (named.length === 0) {
    throw refused('scenario', name, 'is one of the scenarios that can be drilled', legalPairs());
  }
  if (fault === undefined) return matrix ? named : named.filter(isDefault);
  const chosen = named.filter((choice) => choice.fault === fault);
  if (chosen.length === 0) throw refused('--fault', fault, `is a fault of ${name}`, legalPairs());
  return chosen;
}

function isDefault({ scenario, fault }: Choice): boolean {
  return scenario.faults[0] === fault;
}

export function chooseWithout(value: string | undefined): Without | null {
  if (value === undefined) return null;
  const known = WITHOUT.find((what) => what === value);
  if (known) return known;
  throw refused('--without', value, 'names what to switch off', WITHOUT);
}

/** `rds`: the whole API. `rds-control`: only what creates, changes, deletes and describes resources. */
export function chooseDeny(value: string | undefined): Deny | null {
  if (value === undefined) return null;
  const service = DENIABLE.find((known) => value === known || value === `${known}-control`);
  if (service) return { service, kind: value === service ? 'all' : 'control' };
  const legal = DENIABLE.flatMap((known) => [known, `${known}-control`]);
  throw refused('--deny', value, 'names an AWS API to take away', legal);
}

function refused(field: string, value: unknown, rule: string, legal: readonly string[]): InvalidInput {
  return new InvalidInput('The drill', [{ field, value, rule, fix: `one of: ${legal.join('; ')}` }]);
}
