/**
 * Finds the logins (AUTH, HELLO) in what a client sends, in RESP or inline, and leaves everything else as it is. It
 * reads lengths only, so the contents of keys and values are skipped, not looked at.
 */

export type Segment =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'login'; readonly args: readonly Buffer[] };

/** A token has about 2 kB. What is longer is no login, and the server's own business. */
const LOGIN_LENGTH_MAX = 64 * 1024;
const LOGIN_ARGS_MAX = 16;
const LOGINS: ReadonlySet<string> = new Set(['AUTH', 'HELLO']);
const LOGIN_NAME_LENGTHS: ReadonlySet<number> = new Set([...LOGINS].map((name) => name.length));
const CRLF_LENGTH = 2;
const [STAR, DOLLAR, LINE_FEED] = [0x2a, 0x24, 0x0a];

interface Line {
  readonly text: string;
  /** Where what follows begins. */
  readonly next: number;
}

/** Null stands for "not all of it is there yet" in what follows. */
export class RequestScanner {
  private carried: Buffer = Buffer.alloc(0);
  /** Bytes of an argument that are still to come, its line end included. */
  private skip = 0;
  private argsLeft = 0;
  /** Set by what is no request: the server refuses it and closes. */
  private opaque = false;

  /** What may be passed on now, in order. A login is held back until it is whole. */
  push(chunk: Buffer): Segment[] {
    if (this.opaque) return [{ kind: 'bytes', bytes: chunk }];
    const buffer = this.carried.length === 0 ? chunk : Buffer.concat([this.carried, chunk]);
    const segments: Segment[] = [];
    let passedTo = 0;
    let at = 0;
    const pass = (end: number) => {
      if (end > passedTo) segments.push({ kind: 'bytes', bytes: buffer.subarray(passedTo, end) });
      passedTo = end;
    };
    while (at < buffer.length) {
      const login = this.skip === 0 && this.argsLeft === 0 ? readLogin(buffer, at) : undefined;
      if (login) {
        pass(at);
        segments.push({ kind: 'login', args: login.args });
        passedTo = at = login.next;
        continue;
      }
      const next = login === null ? null : this.advance(buffer, at);
      if (next === null) break;
      at = next;
    }
    this.opaque = buffer.length - at > LOGIN_LENGTH_MAX;
    pass(this.opaque ? buffer.length : at);
    this.carried = buffer.subarray(passedTo);
    return segments;
  }

  private advance(buffer: Buffer, at: number): number | null {
    if (this.skip > 0) {
      const step = Math.min(this.skip, buffer.length - at);
      this.skip -= step;
      return at + step;
    }
    const line = readLine(buffer, at);
    if (line === null) return null;
    if (this.argsLeft > 0) {
      this.argsLeft -= 1;
      this.skip = Math.max(0, countOf(line)) + CRLF_LENGTH;
    } else if (buffer[at] === STAR) this.argsLeft = Math.max(0, countOf(line));
    return line.next;
  }
}

/** The login that begins here; undefined for another request. */
function readLogin(buffer: Buffer, at: number): { args: Buffer[]; next: number } | null | undefined {
  const line = readLine(buffer, at);
  if (line === null) return null;
  if (buffer[at] !== STAR) {
    const words = line.text.trim().split(/\s+/);
    return isLogin(words[0] ?? '')
      ? { args: words.map((word) => Buffer.from(word)), next: line.next }
      : undefined;
  }
  const count = countOf(line);
  if (!(count > 0 && count <= LOGIN_ARGS_MAX)) return undefined;
  const args: Buffer[] = [];
  let next = line.next;
  for (let index = 0; index < count; index++) {
    const size = buffer.length > next ? readLine(buffer, next) : null;
    if (size === null) return null;
    const length = countOf(size);
    if (buffer[next] !== DOLLAR || !(length >= 0)) return undefined;
    if (index === 0 && !LOGIN_NAME_LENGTHS.has(length)) return undefined;
    const end = size.next + length;
    if (buffer.length < end + CRLF_LENGTH) return null;
    args.push(buffer.subarray(size.next, end));
    if (index === 0 && !isLogin(args[0]!.toString('latin1'))) return undefined;
    next = end + CRLF_LENGTH;
  }
  return { args, next };
}

function isLogin(name: string): boolean {
  return LOGINS.has(name.toUpperCase());
}

function readLine(buffer: Buffer, at: number): Line | null {
  const end = buffer.indexOf(LINE_FEED, at);
  if (end < 0) return null;
  return { text: buffer.toString('latin1', at, end), next: end + 1 };
}

/** The number behind the mark of a line; -1, which is Redis's null, for none. */
function countOf(line: Line): number {
  const count = Number(line.text.slice(1));
  return Number.isInteger(count) ? count : -1;
}

/** A request as RESP. */
export function encodeRequest(args: readonly (Buffer | string)[]): Buffer {
  const parts = args.map((arg) => (typeof arg === 'string' ? Buffer.from(arg) : arg));
  const encoded = parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from('\r\n')]);
  return Buffer.concat([Buffer.from(`*${parts.length}\r\n`), ...encoded]);
}
