/** Turns what was typed into a scenario, a fault and its conditions, or says what could have been typed. */

import { InvalidInput } from '../../core/errors.ts';
import { DENIABLE, WITHOUT, type Without } from './conditions.ts';
import type { FaultKind } from './model.ts';
import type { Deny } from './ports.ts';
import { SCENARIOS, type Scenario } from './scenarios/index.ts';

export interface Choice {
  readonly scenario: Scenario;
  readonly fault: FaultKind;
}

/** Every legal pair, as it is typed. */
export function legalPairs(): string[] {
  return SCENARIOS.flatMap((scenario) => scenario.faults.map((fault) => `${scenario.name} --fault ${fault}`));
}

/** `all` chooses each scenario with its default fault, or with `matrix` every legal pair. */
export function choose(name: string, fault: string | undefined, matrix = false): readonly Choice[] {
  if (name === 'all' && fault === undefined) {
    return SCENARIOS.flatMap((scenario) =>
      (matrix ? scenario.faults : scenario.faults.slice(0, 1)).map((kind) => ({ scenario, fault: kind })),
    );
  }
  const scenario = SCENARIOS.find((s) => s.name === name);
  if (!scenario) throw refused('scenario', name, 'is one of the scenarios that can be drilled', legalPairs());
  if (matrix && fault === undefined) return scenario.faults.map((kind) => ({ scenario, fault: kind }));
  const kind = fault === undefined ? scenario.faults[0] : scenario.faults.find((f) => f === fault);
  if (!kind) throw refused('--fault', fault, `is a fault of ${name}`, legalPairs());
  return [{ scenario, fault: kind }];
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
