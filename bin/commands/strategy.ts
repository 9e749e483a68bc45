/** `understudy strategy`: which users of a service get which version, and the engineer's rules in the template's place. */

import fs from 'node:fs';
import { InvalidInput } from '../../core/errors.ts';
import { parseStrategy } from '../../core/strategy/index.ts';
import { output, readOutputs } from '../../ops/outputs.ts';
import { clearStrategyOverride, putStrategyOverride, readStrategyInForce } from '../../ops/strategy.ts';
import { findTarget, type OperatorOptions } from '../stage/operator.ts';
import { createTerminal } from '../stage/terminal.ts';

/** `reconcile` is woken by the change of a parameter; the web tier looks every few seconds. */
const IN_FORCE = 'in force within seconds: `reconcile` copies it, and each web task looks every 5 s';

export interface StrategySetCommand extends OperatorOptions {
  /** A file with the document; `-` is standard input. */
  readonly file: string;
}

export async function strategyShow(service: string, options: OperatorOptions): Promise<number> {
  const { target } = await findTarget(options);
  const outputs = await readOutputs(target, options.stage);
  const item = await readStrategyInForce(target, output(outputs, 'FrontTableName'), service);
  const terminal = createTerminal();
  if (item === null) {
    terminal.say(`no rules of ${service} were copied yet: everybody gets stable`);
    return 0;
  }
  process.stdout.write(`${JSON.stringify(JSON.parse(item.document), null, 2)}\n`);
  terminal.say(`in force since ${new Date(item.at).toISOString()}`);
  if (item.refused !== null) terminal.say(`a newer document is refused: ${item.refused}`);
  return 0;
}

export async function strategySet(service: string, options: StrategySetCommand): Promise<number> {
  const document = readDocument(service, options.file);
  const { target } = await findTarget(options);
  const env = output(await readOutputs(target, options.stage), 'Environment');
  await putStrategyOverride(target, { env, service }, document);
  const terminal = createTerminal();
  terminal.good(`the rules of ${service} are ${options.file === '-' ? 'those given' : options.file}`);
  terminal.say(IN_FORCE);
  terminal.say(`Next: npx understudy strategy show ${service}, or undo ${service}`);
  return 0;
}

export async function strategyUndo(service: string, options: OperatorOptions): Promise<number> {
  const { target } = await findTarget(options);
  const env = output(await readOutputs(target, options.stage), 'Environment');
  await clearStrategyOverride(target, { env, service });
  const terminal = createTerminal();
  terminal.good(`the rules of ${service} are the template's again`);
  terminal.say(IN_FORCE);
  return 0;
}

/** Checked before anything is looked for: a document that is refused here would be refused there. */
function readDocument(service: string, file: string): object {
  const text = readText(file);
  const { faults } = parseStrategy({ field: service, service }, text);
  if (faults.length > 0) throw new InvalidInput(`the rules of ${service}`, faults);
  return JSON.parse(text) as object;
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch {
    const fix = 'a file such as rules.json, or - for standard input';
    const fault = { field: '<file>', value: file, rule: 'must be a file that can be read', fix };
    throw new InvalidInput('The command', [fault]);
  }
}
