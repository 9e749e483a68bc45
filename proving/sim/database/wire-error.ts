/** What a client meets on the wire: an answer of the server with its SQLSTATE, or an error of the socket. */

export type SocketError = 'ECONNREFUSED' | 'ECONNRESET' | 'ETIMEDOUT' | 'ENOTFOUND';

export class WireError extends Error {
  /** A SQLSTATE where the server answered, else the errno name. */
  readonly code: string;
  readonly fromServer: boolean;

  constructor(code: string, fromServer: boolean) {
    super(fromServer ? `the server answered ${code}` : code);
    this.code = code;
    this.fromServer = fromServer;
  }

  static socket(code: SocketError): WireError {
    return new WireError(code, false);
  }

  static server(sqlState: string): WireError {
    return new WireError(sqlState, true);
  }
}
