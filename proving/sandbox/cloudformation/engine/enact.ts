/** Brings one resource to what its target says: creates, changes, replaces or leaves it. */

import {
  decideResource,
  evaluate,
  type Properties,
  type ResourceDefinition,
  sameValue,
  type StandingResource,
} from '../../../twin/cloudformation/index.ts';
import type { Enacted } from '../../kernel/index.ts';
import {
  described,
  type Engine,
  formerProperties,
  liveScope,
  masked,
  requestFor,
  type Run,
} from './engine.ts';
import { FailedWithIdentity, reasonOf } from './failures.ts';
import { takesTags } from './untagged-types.ts';

interface Step {
  readonly engine: Engine;
  readonly run: Run;
  readonly definition: ResourceDefinition;
  readonly wanted: Properties;
}

/** Rejects after the failure has been written to the stack's history. */
export async function enactResource(engine: Engine, run: Run, logicalId: string): Promise<void> {
  const definition = run.target.environment.resources.get(logicalId)!;
  const standing = run.stack.resources.get(logicalId);
  try {
    if (engine.stopping) throw new Error('the sandbox is stopping');
    const step: Step = { engine, run, definition, wanted: wantedProperties(engine, run, definition) };
    await (standing === undefined ? create(step) : change(step, standing));
  } catch (error) {
    engine.log.resource(run.stack, run.operation, {
      logicalId,
      type: definition.type,
      physicalId: run.stack.resources.get(logicalId)?.physicalId ?? '',
      status: standing === undefined ? 'CREATE_FAILED' : 'UPDATE_FAILED',
      reason: reasonOf(error),
    });
    throw error;
  }
}

function wantedProperties(engine: Engine, run: Run, definition: ResourceDefinition): Properties {
  const path = `Resources/${definition.logicalId}/Properties`;
  const evaluated = evaluate(definition.properties, liveScope(run.stack, run.target), path);
  return engine.targets.settle(evaluated, path) as Properties;
}

async function create(step: Step): Promise<void> {
  const { engine, run, definition, wanted } = step;
  report(step, 'CREATE_IN_PROGRESS', '');
  const provider = engine.types.provider(definition.type);
  try {
    const enacted = await provider.create(request(step));
    const resource = record(step, enacted);
    run.stack.resources.set(definition.logicalId, resource);
    run.stack.journal.push({ did: 'create', resource });
    report(step, 'CREATE_COMPLETE', enacted.physicalId);
  } catch (error) {
    if (error instanceof FailedWithIdentity) {
      const resource = standingAs(step, { physicalId: error.physicalId, attributes: {} }, wanted);
      run.stack.resources.set(definition.logicalId, resource);
      run.stack.journal.push({ did: 'create', resource });
    }
    throw error;
  }
}

async function change(step: Step, standing: StandingResource): Promise<void> {
  const { engine, run, definition, wanted } = step;
  const provider = engine.types.provider(definition.type);
  const { action } = decideResource(standing.properties, wanted, provider.replaceOn);
  if (action === 'replace') return replace(step, standing);
  if (action === 'update' || newTags(step)) return update(step, standing);
  const kept = standingAs(step, standing, standing.properties);
  if (!sameValue(comparable(standing), comparable(kept))) {
    run.stack.journal.push({ did: 'describe', before: standing });
  }
  run.stack.resources.set(definition.logicalId, kept);
}

async function replace(step: Step, standing: StandingResource): Promise<void> {
  const { engine, run, definition } = step;
  const why = 'Requested update requires the creation of a new physical resource; hence creating one.';
  report(step, 'UPDATE_IN_PROGRESS', standing.physicalId, why);
  const enacted = await engine.types.provider(definition.type).create(request(step));
  const after = record(step, enacted);
  run.stack.resources.set(definition.logicalId, after);
  run.stack.journal.push({ did: 'replace', before: standing, after, by: 'creation' });
  run.replaced.push({ ...standing, updateReplacePolicy: definition.updateReplacePolicy });
  report(step, 'UPDATE_COMPLETE', after.physicalId);
}

async function update(step: Step, standing: StandingResource): Promise<void> {
  const { engine, run, definition, wanted } = step;
  report(step, 'UPDATE_IN_PROGRESS', standing.physicalId);
  const journal = run.stack.journal;
  let enacted: Enacted;
  try {
    enacted = await engine.types.provider(definition.type).update({
      ...request(step),
      physicalId: standing.physicalId,
      previous: formerProperties(engine, standing),
    });
  } catch (error) {
    journal.push({ did: 'update', before: standing, after: standingAs(step, standing, wanted) });
    throw error;
  }
  const after = record(step, enacted);
  run.stack.resources.set(definition.logicalId, after);
  if (after.physicalId === standing.physicalId) {
    journal.push({ did: 'update', before: standing, after });
  } else {
    journal.push({ did: 'replace', before: standing, after, by: 'update' });
    run.replaced.push({ ...standing, updateReplacePolicy: definition.updateReplacePolicy });
  }
  report(step, 'UPDATE_COMPLETE', after.physicalId);
}

function request({ engine, run, definition, wanted }: Step) {
  const subject = { logicalId: definition.logicalId, type: definition.type, properties: wanted };
  return requestFor(engine, run.stack, run.target, subject);
}

/** A change of the stack's tags reaches every resource that has tags. */
function newTags({ engine, run, definition }: Step): boolean {
  if (engine.types.kindOf(definition.type) !== 'enacted' || !takesTags(definition.type)) return false;
  return !sameValue(run.stack.target?.tags ?? [], run.target.tags);
}

function record(step: Step, enacted: Enacted): StandingResource {
  return standingAs(step, enacted, step.wanted);
}

function standingAs(step: Step, enacted: Enacted, properties: Properties): StandingResource {
  const { physicalId, attributes } = enacted;
  return { ...described(step.definition, step.run.target), physicalId, attributes, properties };
}

function comparable({ metadata, deletionPolicy, updateReplacePolicy, needs }: StandingResource) {
  return { metadata, deletionPolicy, updateReplacePolicy, needs: [...needs].sort() };
}

function report(step: Step, status: string, physicalId: string, reason: string | null = null): void {
  const { engine, run, definition, wanted } = step;
  engine.log.resource(run.stack, run.operation, {
    logicalId: definition.logicalId,
    type: definition.type,
    physicalId,
    status,
    reason,
    properties: masked(wanted, run.target),
  });
}
