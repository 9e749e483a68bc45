/** The outputs of a stack, and whether its exports may be published. */

import { evaluate, fail, isScalar, type Scope } from '../../../twin/cloudformation/index.ts';
import type { StackOutput, StackRecord } from '../stack-record.ts';
import type { StackStore } from '../stack-store.ts';
import type { Target } from '../target.ts';
import type { TargetBuilder } from '../target.ts';

/** Outputs with their values, which may be unknown while a change is planned. */
export function evaluateOutputs(target: Target, scope: Scope, targets: TargetBuilder) {
  return [...target.template.outputs.values()]
    .filter(({ condition, name }) => condition === null || scope.condition(condition, `Outputs/${name}`))
    .map(({ name, value, description, exportName }) => {
      const path = `Outputs/${name}`;
      return {
        name,
        description,
        value: targets.settle(evaluate(value, scope, `${path}/Value`), path),
        exportName: exportName === undefined ? null : evaluate(exportName, scope, `${path}/Export/Name`),
      };
    });
}

/** Throws TemplateError for an output that is no text. */
export function finalOutputs(target: Target, scope: Scope, targets: TargetBuilder): StackOutput[] {
  return evaluateOutputs(target, scope, targets).map(({ name, value, description, exportName }) => ({
    name,
    description,
    value: outputText(name, value),
    exportName: exportName === null ? null : outputText(name, exportName),
  }));
}

function outputText(name: string, value: unknown): string {
  if (isScalar(value)) return String(value);
  return fail(
    `Template format error: Output ${name} is malformed: every Outputs value must be text`,
    `Outputs/${name}`,
  );
}

/** Why the exports cannot be published; null when they can. */
export function exportConflict(
  store: StackStore,
  stack: StackRecord,
  outputs: readonly StackOutput[],
): string | null {
  const seen = new Set<string>();
  for (const { exportName } of outputs) {
    if (exportName === null) continue;
    const owner = store.exported(exportName)?.stack;
    if (owner !== undefined && owner !== stack) {
      return `Export with name ${exportName} is already exported by stack ${owner.name}.`;
    }
    if (seen.has(exportName)) return `Export names must be unique: ${exportName} is exported twice.`;
    seen.add(exportName);
  }
  const used = store.exportInUse(stack, outputs);
  return used === null ? null : `Delete canceled. ${used}`;
}
