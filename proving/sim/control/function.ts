/** A deployed function: reserved concurrency, hard time-out, and the queue that asynchronous events wait in. */

import {
  acceptAsync,
  admit,
  afterAttempt,
  isTooOld,
  type AsyncEvent,
  type AttemptOutcome,
} from '../../twin/lambda/index.ts';
import type { FolderName, FunctionHandler } from './defect.ts';
import { FUNCTIONS, functionArn, reportName, type FunctionSettings } from './deployment.ts';
import { handlerOf } from './handlers.ts';
import { SimInvocation } from './invocation.ts';
import { portsOf, type PortSite } from './ports.ts';
import { versionBefore } from './version-before.ts';
import { Watch } from './watch.ts';
import type { World } from './world.ts';

/** From the start of an attempt until the handler runs: a warm environment, or a new one. */
const START_MS = [5, 30] as const;
const COLD_START_MS = [150, 400] as const;
const COLD_SHARE = 0.2;

export class SimFunction {
  readonly name: string;
  readonly folder: FolderName;
  readonly arn: string;
  readonly #world: World;
  readonly #az: string | null;
  readonly #settings: FunctionSettings;
  readonly #replaced: FunctionHandler | null;
  #running = 0;
  #started = 0;

  /** @param replaced runs instead of the shipped handler; null for the shipped one */
  constructor(
    world: World,
    { folder, az }: { readonly folder: FolderName; readonly az: string | null },
    replaced: FunctionHandler | null,
  ) {
    this.#world = world;
    this.folder = folder;
    this.#az = az;
    this.#settings = FUNCTIONS[folder];
    this.#replaced = replaced;
    this.name = reportName(folder, az);
    this.arn = functionArn(this.name);
  }

  /** As a schedule or an alarm does: accepted at once, tried until it works or is given up. */
  invokeAsync(event: unknown, trigger: string): void {
    const { clock } = this.#world;
    const accepted = acceptAsync(clock.now());
    clock.after(1, () => void this.#attempt(event, trigger, accepted));
  }

  async #attempt(event: unknown, trigger: string, queued: AsyncEvent): Promise<void> {
    const { clock } = this.#world;
    const policy = this.#settings.asynchronous;
    if (isTooOld(policy, queued, clock.now())) return;
    const outcome = await this.invoke(event, trigger);
    const next = afterAttempt(policy, queued, outcome, clock.now());
    if (next.kind === 'retry') clock.at(next.at, () => void this.#attempt(event, trigger, next.event));
    else if (next.kind === 'give-up') this.#world.rare(`event given up: ${next.condition}`);
  }

  /** Runs once; throttled where the reservation is used up. */
  async invoke(event: unknown, trigger: string): Promise<AttemptOutcome> {
    const { board, random, clock, invocations, note } = this.#world;
    if (!this.#isAdmitted()) {
      this.#world.rare('invocation throttled');
      return 'throttled';
    }
    this.#started += 1;
    const invocation = new SimInvocation({
      clock,
      id: `${this.name}-${this.#started}`,
      function: this.name,
      functionArn: this.arn,
      trigger,
      timeoutMs: this.#settings.timeoutMs,
      mishapAt: board.mishaps(this.folder),
    });
    invocations.push(invocation);
    this.#running += 1;
    const [least, most] = random.chance(COLD_SHARE) ? COLD_START_MS : START_MS;
    await clock.sleep(random.between(least, most));
    note(() => `${invocation.id} starts (${trigger})`);
    const end = await invocation.run((started) => this.#handler(invocation)(event, started));
    note(() => `${invocation.id} ${end} after ${invocation.calls} calls`);
    this.#running -= 1;
    if (end !== 'returned') this.#world.rare(`invocation ${end}`);
    return end === 'returned' ? 'ok' : 'function-error';
  }

  #isAdmitted(): boolean {
    const reserved = this.#settings.reservedConcurrency;
    const state = { running: this.#running, runningUnreserved: 0, reservedTotal: 0 };
    if (admit({ ...state, reserved }).admitted) return true;
    const raised = this.#world.board.concurrency(this.folder);
    if (raised === null || !admit({ ...state, reserved: raised.most }).admitted) return false;
    raised.took();
    return true;
  }

  #handler(invocation: SimInvocation): FunctionHandler {
    if (this.#replaced !== null) return this.#replaced;
    const world = this.#world;
    const site: PortSite = { world, invocation, folder: this.folder, az: this.#az, watch: new Watch() };
    const defectSite = { folder: this.folder, az: this.#az, invocation: invocation.id, table: world.table };
    const older = world.board.versionBefore(this.folder);
    const real = older === null ? portsOf(site) : versionBefore(portsOf(site), this.folder, older);
    const ports = world.defect?.ports?.(real, defectSite) ?? real;
    const { resources, front, defect } = world;
    const { members } = world.database;
    const peakRequests = defect?.front?.peakRequests ?? front?.site.peakRequests ?? null;
    const handler = handlerOf({ folder: this.folder, az: this.#az, members, resources, peakRequests }, ports);
    return world.defect?.handler?.(handler, ports, defectSite) ?? handler;
  }
}
