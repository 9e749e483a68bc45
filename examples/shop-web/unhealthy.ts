/** A version that must never be left running: it starts, and says of itself that it cannot serve. For drills. */

import http from 'node:http';

const server = http.createServer((_request, response) => {
  response.writeHead(503, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ code: 'not-ready', advice: 'retry', message: 'this version never serves' }));
});
server.listen(Number(process.env['PORT'] ?? '0'), process.env['HOST'] ?? '127.0.0.1');
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
