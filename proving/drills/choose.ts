/** Turns what was typed into a scenario and a fault, or says what could have been typed. */

import { InvalidInput } from '../../core/errors.ts';
import type { FaultKind } from './model.ts';
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
  if (!scenario) throw refused('scenario', name, 'is one of the scenarios that can be drilled');
  if (matrix && fault === undefined) return scenario.faults.map((kind) => ({ scenario, fault: kind }));
  const kind = fault === undefined ? scenario.faults[0] : scenario.faults.find((f) => f === fault);
  if (!kind) throw refused('--fault', fault, `is a fault of ${name}`);
  return [{ scenario, fault: kind }];
}

function refused(field: string, value: unknown, rule: string): InvalidInput {
  return new InvalidInput('The drill', [{ field, value, rule, fix: `one of: ${legalPairs().join('; ')}` }]);
}
