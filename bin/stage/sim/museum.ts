/** `--museum`: every planted defect must be caught. */

import { EXHIBITS, runMuseum, type MuseumRow } from '../../../proving/sim/index.ts';
import { INTERRUPTED } from '../interrupt.ts';
import type { SimStage } from './stage.ts';

export async function runMuseumPart({ terminal, signal, json }: SimStage): Promise<number> {
  const say = (row: MuseumRow): void => {
    (row.caught ? terminal.good : terminal.bad)(tell(row));
    terminal.say(`  ${row.incident}`);
    if (row.said !== null) terminal.say(`  ${row.said}`);
  };
  const line = await runMuseum({ signal, onRow: say });
  if (json) terminal.data(JSON.stringify(line));
  if (signal.aborted) return INTERRUPTED;
  const { missed } = line;
  if (missed === 0)
    terminal.good(`all ${EXHIBITS.length} defects were caught, and none of their runs fails without them`);
  else terminal.bad(`${missed} of ${EXHIBITS.length} defects were missed`);
  return missed === 0 ? 0 : 1;
}

function tell({
  name,
  invariant,
  caught,
  seed,
  seeds_tried: tried,
  sound_run_said: sound,
}: MuseumRow): string {
  if (caught) return `${name}: caught by ${invariant} with seed ${seed}, the ${tried}. tried`;
  if (sound !== null) return `${name}: seed ${seed} breaks without the defect as well: ${sound}`;
  return `${name}: missed by ${invariant} in ${tried} seeds`;
}
