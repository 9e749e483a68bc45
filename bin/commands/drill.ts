/** `understudy drill`: breaks it, watches it heal, reports. */

import { InvalidInput, UnderstudyError } from '../../core/errors.ts';
import { readOutputs } from '../../ops/outputs.ts';
import {
  choose,
  chooseDeny,
  chooseWithout,
  runChoice,
  textOf,
  worstOf,
  type Choice,
  type DrillConditions,
  type DrillLine,
  type DrillPlace,
} from '../../proving/drills/index.ts';
import { beginActivity, defaultStateDir, sandboxClient, type Pace } from '../../proving/sandbox/index.ts';
import { createPlace, targetOf } from '../stage/place.ts';
import { findSandbox } from '../stage/require-sandbox.ts';
import { watchSandbox, type SandboxWatch } from '../stage/sandbox-watch.ts';
import { standUp } from '../stage/stand-up.ts';
import { createTerminal, type Terminal } from '../stage/terminal.ts';
import { versions } from '../stage/versions.ts';
import { interruptSignal } from '../stage/interrupt.ts';

export interface DrillCommand {
  readonly fault?: string;
  readonly pace: Pace;
  readonly without?: string;
  readonly deny?: string;
  readonly control: boolean;
  readonly matrix: boolean;
  readonly runs: number;
  readonly seed: number;
  /** Per cent of the usual load. */
  readonly load: number;
  readonly json: boolean;
  readonly stage: string;
}

interface Stage {
  readonly place: DrillPlace;
  readonly watch: SandboxWatch;
  end(): Promise<void>;
}

const EXIT = { held: 0, notHeld: 1, broken: 3 } as const;

export async function drill(name: string, command: DrillCommand): Promise<number> {
  const choices = choose(name, command.fault, command.matrix);
  const conditions = { without: chooseWithout(command.without), deny: chooseDeny(command.deny) };
  const { control, load: loadPct } = command;
  const terminal = createTerminal();
  const signal = interruptSignal();
  const stage = await takeStage(command, terminal, signal);
  const what = [name, ...(command.fault ? ['--fault', command.fault] : [])].join(' ');
  const activity = { kind: 'drill', what, since: Date.now() } as const;
  const endActivity = beginActivity(defaultStateDir(process.env), activity);
  try {
    const lines: DrillLine[] = [];
    for (const [index, choice] of choices.entries()) {
      if (choices.length > 1) terminal.say(`drill ${index + 1} of ${choices.length}`);
      const options = { ...conditions, control, loadPct, signal: stage.watch.signal };
      lines.push(await runs(stage.place, choice, options, { command, terminal }));
    }
    if (choices.length > 1)
      print(command, terminal, { scenario: 'all', held: lines.every((line) => line.held), rows: lines });
    for (const next of nextCommands(lines)) terminal.say(next);
    if (lines.some((line) => !line.fault_verified)) return EXIT.broken;
    return lines.every((line) => line.held) ? EXIT.held : EXIT.notHeld;
  } catch (error) {
    throw stage.watch.explain(error, `the drill ${what}`);
  } finally {
    stage.watch.stop();
    endActivity();
    await stage.end();
  }
}

/** Runs one choice as often as asked; a line a run, then the worst of all. */
async function runs(
  place: DrillPlace,
  choice: Choice,
  options: Omit<DrillConditions, 'seed'>,
  { command, terminal }: { readonly command: DrillCommand; readonly terminal: Terminal },
): Promise<DrillLine> {
  const lines: DrillLine[] = [];
  for (let run = 0; run < command.runs; run += 1) {
    const line = await runChoice(place, choice, { ...options, seed: command.seed + run });
    lines.push(line);
    if (command.json) terminal.data(JSON.stringify(line));
    for (const text of textOf(line).split('\n')) (line.held ? terminal.good : terminal.bad)(text);
  }
  if (lines.length === 1) return lines[0]!;
  const worst = worstOf(lines);
  if (command.json) terminal.data(JSON.stringify(worst));
  (worst.held ? terminal.good : terminal.bad)(`${worst.runs_held} of ${worst.runs} runs held`);
  return worst;
}

function print(
  command: DrillCommand,
  terminal: Terminal,
  all: { scenario: string; held: boolean; rows: readonly DrillLine[] },
): void {
  if (command.json) terminal.data(JSON.stringify(all));
  (all.held ? terminal.good : terminal.bad)(all.held ? 'every drill held' : 'not every drill held');
}

/** The running sandbox, else one of our own that is taken down afterwards. */
async function takeStage(command: DrillCommand, terminal: Terminal, signal: AbortSignal): Promise<Stage> {
  const card = await findSandbox();
  if (!card) {
    const standing = await standUp({ stage: command.stage, pace: command.pace, port: 0, terminal, signal });
    const watch = watchSandbox(standing.sandbox.card, signal);
    return { place: standing.place, watch, end: () => standing.sandbox.stop() };
  }
  if (card.pace !== command.pace) {
    throw new InvalidInput('The drill', [
      {
        field: '--pace',
        value: command.pace,
        rule: `is the pace of the running sandbox, ${card.pace}`,
        fix: `--pace ${card.pace}, or \`npx understudy down\` first`,
      },
    ]);
  }
  terminal.say(`using the running sandbox at ${card.url}`);
  const client = sandboxClient(card);
  const outputs = await readOutputs(targetOf(card), command.stage);
  const place = createPlace({
    client,
    outputs,
    stage: command.stage,
    versions: versions(),
    say: (line) => terminal.say(line),
  });
  const watch = watchSandbox(card, signal);
  return { place, watch, end: async () => client.endTask('control').catch(ignoreGone) };
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof UnderstudyError)) throw error;
}

/** What somebody who has read the numbers may want to see next. */
function nextCommands(lines: readonly DrillLine[]): string[] {
  if (lines.length !== 1) return ['Next: npx understudy drill database-writer --fault hang'];
  const { scenario, fault, control, without, held } = lines[0]!;
  const drill = `npx understudy drill ${scenario} --fault ${fault}`;
  if (!held && !control) return [`Next: ${drill} --json, and docs/runbook.md`];
  if (control) return [`Next: ${drill}, the same with what Understudy adds`];
  if (without === null) return [`Next: ${drill} --control, what plain clients meet; or --without functions`];
  return [`Next: ${drill}, with everything`];
}
