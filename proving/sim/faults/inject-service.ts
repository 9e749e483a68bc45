/** What the faults of the throttled service do to it, and what is undone when they end. */

import type { Fault, FaultBoard } from './board.ts';
import type { ServiceFaultSpec } from './service-spec.ts';

/** The service as faults reach it; instances by their place. */
export interface ServiceTarget {
  /** @returns whether there was a process to die */
  crash(place: number): boolean;
  freeze(place: number): boolean;
  thaw(place: number): void;
  setOff(place: number, ms: number): void;
  keepSlots(share: number): void;
  /** Every item of the throttle table is gone. */
  loseTable(): void;
  setLoad(load: {
    readonly times: number;
    readonly flood: number;
    readonly onStorm: (() => void) | null;
  }): void;
}

export function applyToService(service: ServiceTarget, board: FaultBoard, fault: Fault): void {
  const spec = fault.spec as ServiceFaultSpec;
  if (spec.id === 'F-01' && service.crash(spec.place)) board.took(fault);
  if (spec.id === 'F-02' && service.freeze(spec.place)) board.took(fault);
  if (spec.id === 'F-20' || spec.id === 'F-24' || spec.id === 'F-38') board.took(fault);
  if (spec.id === 'F-40' && spec.effect === 'emptied') {
    service.loseTable();
    board.took(fault);
  }
  settle(service, board, spec);
}

export function undoOnService(service: ServiceTarget, board: FaultBoard, fault: Fault): void {
  const spec = fault.spec as ServiceFaultSpec;
  const isFrozen = board
    .active('F-02')
    .some((other) => 'place' in other.spec && isAt(spec, other.spec.place));
  if (spec.id === 'F-02' && !isFrozen) service.thaw(spec.place);
  settle(service, board, spec);
}

function isAt(spec: ServiceFaultSpec, place: number): boolean {
  return 'place' in spec && spec.place === place;
}

/** Of several faults of one kind that are in force, the worst counts. */
function settle(service: ServiceTarget, board: FaultBoard, { id, ...spec }: ServiceFaultSpec): void {
  if (id === 'F-20' && 'place' in spec) {
    const off = board
      .active('F-20')
      .find((other) => 'place' in other.spec && other.spec.place === spec.place);
    service.setOff(spec.place, off?.spec.ms ?? 0);
  }
  if (id === 'F-24') {
    service.keepSlots(
      Math.min(
        1,
        ...board.active('F-24').map(({ spec: other }) => ('slotShare' in other ? other.slotShare : 1)),
      ),
    );
  }
  if (id === 'F-29' || id === 'F-38') {
    const times = (load: 'surge' | 'flood'): number =>
      Math.max(1, ...board.active('F-38').map((other) => (other.spec.load === load ? other.spec.times : 1)));
    const [storm] = board.active('F-29');
    const onStorm = storm === undefined ? null : () => board.took(storm);
    service.setLoad({ times: times('surge'), flood: times('flood'), onStorm });
  }
}
