/** The edge and web tiers of a run: names, balancers, tasks, services behind them, and the clients before them. */

import type { EdgeSample, ManagedBalancer, PublishedRecord } from '../../../core/front/index.ts';
import type { CallOutcome, RecordBatch, TargetPlace } from '../../../core/ports/index.ts';
import {
  frontLedgerId,
  targetsKey,
  type TargetSample,
  type TargetsItem,
} from '../../../core/state/front-items.ts';
import type { LedgerItem } from '../../../core/state/items.ts';
import { ledgerPartition } from '../../../core/state/keys.ts';
import type { TargetHealth as EcsHealth } from '../../twin/ecs/index.ts';
import type { TargetHealth as BalancerHealth } from '../../twin/elb/index.ts';
import { ENVIRONMENT } from '../control/deployment.ts';
import type { SimTable } from '../control/table.ts';
import type { FrontFaultSpec } from '../faults/front-spec.ts';
import type { Random, SimClock } from '../kernel/index.ts';
import { SimBalancer } from './balancer.ts';
import { Load } from './load.ts';
import { SimNames } from './names.ts';
import { SimService, type SimServiceOptions } from './service.ts';
import { BALANCER_ARNS, BALANCERS, TARGET_GROUPS, type FrontSite } from './site.ts';
import { SimFrontStore } from './store.ts';
import { Tasks, type Task } from './tasks.ts';
import type { FrontChange, FrontView, TaskView } from './view.ts';

export interface FrontDefect {
  readonly limits?: SimServiceOptions['limits'];
  /** What `dns-failover` believes that the tier must bear. @default - what it must */
  readonly peakRequests?: number;
}

export interface FrontTierOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly site: FrontSite;
  readonly defect: FrontDefect | null;
  readonly rare: (name: string) => void;
}

const TICK_MS = 500;
const CONFLICT: CallOutcome = {
  outcome: 'refused',
  code: 'ConflictException',
  conflict: true,
  retryable: true,
};
const REFUSED: CallOutcome = {
  outcome: 'refused',
  code: 'InvalidChangeBatch',
  conflict: false,
  retryable: false,
};
const ACCEPTED: CallOutcome = { outcome: 'accepted' };
const ALL = 100_000;

export class FrontTier implements FrontView {
  readonly site: FrontSite;
  readonly store: SimFrontStore;
  readonly tasksHere: Tasks;
  readonly balancers: readonly SimBalancer[];
  readonly names: SimNames;
  readonly service: SimService;
  readonly changes: FrontChange[] = [];
  /** Zones whose prober gets no answer from anything (F-06), and targets that some probers do not reach (F-07). */
  readonly blindProbers = new Set<string>();
  /** The target that a fault of one task befalls. */
  readonly struck = new Map<FrontFaultSpec, string>();
  readonly cuts = new Map<string, ReadonlySet<string>>();
  onTask: (task: Task, status: 'RUNNING' | 'STOPPED') => void = () => undefined;
  readonly #clock: SimClock;
  readonly #rare: (name: string) => void;
  readonly #load: Load;
  readonly #fitSince = new Map<string, number>();
  #ledgerTable: SimTable | null = null;
  #shifts = 0;

  constructor({ clock, random, site, defect, rare }: FrontTierOptions) {
    this.#clock = clock;
    this.#rare = rare;
    this.site = site;
    this.store = new SimFrontStore(() => clock.now());
    this.tasksHere = new Tasks({
      clock,
      random: random.fork('tasks'),
      site,
      rare,
      onRegistered: (task) => this.balancers.forEach((one) => one.register(task)),
      onDeregistered: ({ memberId }) => this.balancers.forEach((one) => one.deregister(memberId)),
      seenBy: ({ memberId }) => seenBy(this.balancers.map((one) => one.stateOf(memberId))),
      onChanged: (task, status) => this.#taskChanged(task, status),
    });
    const around = { clock, tasks: this.tasksHere, zones: site.zones };
    this.balancers = BALANCERS.map((name) => new SimBalancer(name, around));
    this.tasksHere.open();
    this.names = new SimNames({ clock, random: random.fork('names'), balancers: this.balancers });
    const limits = defect?.limits === undefined ? {} : { limits: defect.limits };
    this.service = new SimService({ clock, random: random.fork('service'), zones: site.zones, ...limits });
    const { names, balancers, tasksHere: tasks, service } = this;
    this.#load = new Load({ clock, random: random.fork('load'), site, names, balancers, tasks, service });
    this.#tick();
  }

  /** The ledger stands in the state table. */
  set ledgerTable(table: SimTable) {
    this.#ledgerTable = table;
  }

  get requests(): FrontView['requests'] {
    return this.#load.requests;
  }
  get item(): TargetsItem | null {
    return this.store.table.get(targetsKey(ENVIRONMENT)) as unknown as TargetsItem | null;
  }
  get ledger(): readonly LedgerItem[] {
    const partition = ledgerPartition(frontLedgerId(ENVIRONMENT));
    return (this.#ledgerTable?.newest(partition, ALL) ?? []) as readonly unknown[] as readonly LedgerItem[];
  }
  get observations(): FrontView['observations'] {
    return this.site.zones.flatMap((zone) =>
      this.store.table.newest(`target-observation#${zone}`, 1),
    ) as never;
  }
  get records(): readonly PublishedRecord[] {
    return this.names.records;
  }
  get shifted(): readonly (string | null)[] {
    return this.balancers.map(({ shiftedAway }) => shiftedAway);
  }
  get groups(): FrontView['groups'] {
    return this.balancers.map((balancer) => balancer.describe());
  }
  get pool(): FrontView['pool'] {
    const { requests, attempts, needlessly } = this.service;
    return { requests, attempts, needlessly };
  }

  tasks(): readonly TaskView[] {
    return this.tasksHere.all.filter(({ isLeaving }) => !isLeaving).map((task) => this.#viewOf(task));
  }

  #viewOf(task: Task): TaskView {
    const { memberId, az } = task;
    const fitSince = this.#fitSince.get(memberId) ?? null;
    return { memberId, az, isUp: this.tasksHere.isUp(task) && !this.tasksHere.isLost(az), fitSince };
  }

  /** What a prober of a zone gets from a target. */
  async probe(az: string, memberId: string, timeoutMs: number): Promise<TargetSample> {
    const at = this.#clock.now();
    const task = this.tasksHere.byMember(memberId);
    const isCut = this.blindProbers.has(az) || this.tasksHere.isLost(az) || this.#isCut(az, task);
    if (task === null || isCut || !this.tasksHere.isUp(task) || this.tasksHere.isLost(task.az)) {
      const isRefused = !isCut && task?.isDead === true;
      if (!isRefused) await this.#clock.sleep(timeoutMs);
      return { memberId, at, reach: isRefused ? 'refused' : 'timeout', status: null, latencyMs: null };
    }
    const { deaf, slowMs } = task.state;
    await this.#clock.sleep(Math.min(timeoutMs, slowMs));
    if (slowMs >= timeoutMs) return { memberId, at, reach: 'timeout', status: null, latencyMs: null };
    const isBroken = deaf || this.balancers[0]!.isCheckBroken;
    const status = isBroken ? 503 : 200;
    return { memberId, at, reach: isBroken ? 'error' : 'ok', status, latencyMs: slowMs };
  }

  change(api: 'register' | 'deregister', targetGroup: string, place: TargetPlace): CallOutcome {
    const balancer = this.balancers[TARGET_GROUPS.indexOf(targetGroup)]!;
    const memberId = `${place.address}:${place.port}`;
    const task = this.tasksHere.byMember(memberId);
    const before = balancer.describe();
    const known = this.item?.targets.find((target) => target.memberId === memberId);
    const az = task?.az ?? known?.az ?? this.site.zones[0]!;
    const isNews =
      api === 'deregister' ? balancer.deregister(memberId) : balancer.register({ ...place, memberId, az });
    if (isNews) this.#changed(api, memberId, { zone: az, before, after: balancer.describe(), task });
    return ACCEPTED;
  }

  managed(arn: string): ManagedBalancer {
    const { shift } = this.balancers[BALANCER_ARNS.indexOf(arn)]!;
    return { balancer: arn, shifts: shift === null ? [] : [shift], autoshifted: [] };
  }

  startShift(arn: string, zone: string, minutes: number, comment: string): CallOutcome {
    const balancer = this.balancers[BALANCER_ARNS.indexOf(arn)]!;
    if (balancer.shift !== null) return CONFLICT;
    const now = this.#clock.now();
    this.#shifts += 1;
    const shiftId = `shift-${this.#shifts}`;
    balancer.shift = { shiftId, zone, startedAt: now, expiresAt: now + minutes * 60_000, comment };
    this.#changed('start-shift', arn, { zone, before: balancer.describe(), after: [], task: null });
    return ACCEPTED;
  }

  /** The balancer that a shift leads away on; the first for a shift that is over. */
  balancerOf(shiftId: string): string {
    const place = this.balancers.findIndex(({ shift }) => shift?.shiftId === shiftId);
    return BALANCER_ARNS[Math.max(0, place)]!;
  }

  cancelShift(shiftId: string): CallOutcome {
    const balancer = this.balancers.find(({ shift }) => shift?.shiftId === shiftId);
    if (balancer === undefined) return CONFLICT;
    const zone = balancer.shiftedAway;
    balancer.shift = null;
    this.#changed('cancel-shift', shiftId, { zone, before: [], after: [], task: null });
    return ACCEPTED;
  }

  applyRecords(batch: RecordBatch): CallOutcome {
    if (!this.names.apply(batch)) return REFUSED;
    this.#changed('repair', 'records', { zone: null, before: [], after: [], task: null });
    return ACCEPTED;
  }

  /** What the primary answers when asked from outside. */
  askEdge(): EdgeSample {
    const [primary] = this.balancers;
    const zone = primary!.published().find((one) => primary!.isNodeUp(one));
    const chosen = zone === undefined ? null : primary!.choose(zone);
    const task = chosen === null ? null : this.tasksHere.byMember(chosen);
    const isReached = task !== null && zone !== undefined && this.tasksHere.isReached(task, zone);
    const isAnswered = isReached && this.tasksHere.isUp(task);
    const status = isAnswered ? 200 : zone === undefined ? null : 504;
    return { at: this.#clock.now(), status, latencyMs: 1, error: status === null ? 'ETIMEDOUT' : null };
  }

  #changed(
    api: FrontChange['api'],
    target: string,
    what: Omit<FrontChange, 'at' | 'api' | 'target' | 'task'> & { readonly task: Task | null },
  ): void {
    this.#rare(`front: ${api}`);
    const task = what.task === null ? null : this.#viewOf(what.task);
    this.changes.push({ at: this.#clock.now(), api, target, ...what, task });
  }

  #isCut(az: string, task: Task | null): boolean {
    return task !== null && (this.cuts.get(az)?.has(task.memberId) ?? false);
  }

  #taskChanged(task: Task, status: 'RUNNING' | 'STOPPED'): void {
    if (status === 'STOPPED') this.#fitSince.delete(task.memberId);
    this.onTask(task, status);
  }

  #tick(): void {
    const now = this.#clock.now();
    for (const balancer of this.balancers) balancer.tick();
    this.tasksHere.tick();
    for (const task of this.tasksHere.all) {
      if (!this.#isFit(task)) this.#fitSince.delete(task.memberId);
      else if (!this.#fitSince.has(task.memberId)) this.#fitSince.set(task.memberId, now);
    }
    this.#clock.after(TICK_MS, () => this.#tick());
  }

  /** Nothing is wrong with it, nor with what any prober sees of it. */
  #isFit(task: Task): boolean {
    const { slowMs, deaf } = task.state;
    const isSeen = this.site.zones.every((zone) => !this.#isCut(zone, task));
    const isWell = slowMs === 0 && !deaf && !task.isLeaving && !this.balancers[0]!.isCheckBroken;
    return isSeen && isWell && this.tasksHere.isUp(task) && !this.tasksHere.isLost(task.az);
  }
}

/** Healthy in every target group, or unhealthy in one (developer guide of ECS, "Service load balancing"). */
function seenBy(states: readonly (BalancerHealth['state'] | null)[]): EcsHealth | 'draining' {
  if (states.includes('unhealthy')) return 'unhealthy';
  if (states.includes('draining')) return 'draining';
  if (states.includes(null)) return 'absent';
  return states.includes('initial') ? 'initial' : 'healthy';
}
