/** What a client meets on the wire: an answer of the server with its SQLSTATE, or an error of the socket. */

export type SocketError = 'ECONNREFUSED' | 'ECONNRESET' | 'ETIMEDOUT' | 'ENOTFOUND';

export class WireError extends Error {
  /** A SQLSTATE where the server answered, else the errno name. */
  readonly code: string;
  readonly fromServer: boolean;
  static readonly #made = new Map<string, WireError>();

  private constructor(code: string, fromServer: boolean) {
    super(fromServer ? `the server answered ${code}` : code);
    this.code = code;
    this.fromServer = fromServer;
  }

  static socket(code: SocketError): WireError {
    return WireError.#of(code, false);
  }

  static server(sqlState: string): WireError {
    return WireError.#of(sqlState, true);
  }

  /** One of each: where it was made says nothing, and a cluster that is down makes many. */
  static #of(code: string, fromServer: boolean): WireError {
    let error = WireError.#made.get(code);
    if (error === undefined) {
      error = new WireError(code, fromServer);
      WireError.#made.set(code, error);
    }
    return error;
  }
}
