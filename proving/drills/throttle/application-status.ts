/** What an application tells about itself at `/status`, as far as a drill counts it. */

export interface ApplicationStatus {
  readonly pid: number;
  readonly rssMb: number;
  /** Requests for the resource since its start. */
  readonly arrived: number;
  /** The lease that it goes by. @default - null: nothing is shared */
  readonly lease?: LeaseStatus | null;
}

export interface LeaseStatus {
  /** `none`, `held` or `ended`, as the application says. */
  readonly state: string;
  readonly epoch: number | null;
}

const ANSWER_MS_MAX = 3000;

/** Null when it does not answer, or not with that. */
export async function readStatus(url: string): Promise<ApplicationStatus | null> {
  try {
    const response = await fetch(`${url}/status`, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    return toStatus(await response.json());
  } catch {
    return null;
  }
}

function toStatus(body: unknown): ApplicationStatus | null {
  const { process, quotes, throttle } = (body ?? {}) as Record<string, Record<string, unknown> | undefined>;
  const [pid, rssMb, arrived] = [process?.['pid'], process?.['rssMb'], quotes?.['arrived']];
  if (typeof pid !== 'number' || typeof rssMb !== 'number' || typeof arrived !== 'number') return null;
  return { pid, rssMb, arrived, lease: toLease(throttle?.['lease']) };
}

function toLease(value: unknown): LeaseStatus | null {
  const { state, epoch } = (value ?? {}) as Record<string, unknown>;
  if (typeof state !== 'string') return null;
  return { state, epoch: typeof epoch === 'number' ? epoch : null };
}
