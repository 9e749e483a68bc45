/** The few messages of PostgreSQL's protocol (version 3) that the front speaks itself. */

export const REQUEST = {
  protocol3: 196_608,
  cancel: 80_877_102,
  tls: 80_877_103,
  gss: 80_877_104,
} as const;

/** A startup packet is refused above this size, as PostgreSQL does. */
export const STARTUP_LENGTH_MAX = 10_000;
/** A token with a session token inside is about 2 kB. */
export const PASSWORD_LENGTH_MAX = 65_535;

export const MESSAGE = { authentication: 0x52, negotiateProtocol: 0x76 } as const;

export const AUTHENTICATION_OK = 0;

export const askForPassword = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

export interface Refusal {
  /** SQLSTATE. */
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
}

export function fatal(refusal: Refusal): Buffer {
  const detail = refusal.detail ? `D${refusal.detail}\0` : '';
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${refusal.code}\0M${refusal.message}\0${detail}\0`, 'utf8');
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/** The parameters of a startup packet (`user`, `database`, ...). */
export function startupParameters(packet: Buffer): Map<string, string> {
  const parts = packet.subarray(8).toString('utf8').split('\0');
  const parameters = new Map<string, string>();
  for (let at = 0; at + 1 < parts.length && parts[at] !== ''; at += 2) {
    parameters.set(parts[at] ?? '', parts[at + 1] ?? '');
  }
  return parameters;
}
