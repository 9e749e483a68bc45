'use strict';
/**
 * Loaded with `--require` into tasks: what they listen on moves to a hidden loopback address, and the gateway, which
 * serves the task's own address, is told of it. So a task may listen on 0.0.0.0 and any port, as alone in its network.
 *
 * SANDBOX_HIDDEN    the hidden address
 * SANDBOX_GATEWAY   port of the gateway on 127.0.0.1: one connection stands for one port that is listened on
 * SANDBOX_TASK      the id of the task
 * SANDBOX_ENDPOINT  port of the AWS endpoint on 127.0.0.1, which stays reachable
 */
const net = require('node:net');

const hidden = process.env.SANDBOX_HIDDEN;
const gateway = Number(process.env.SANDBOX_GATEWAY);
const task = process.env.SANDBOX_TASK;
const elsewhere = new Set([gateway, Number(process.env.SANDBOX_ENDPOINT)]);
const RECONNECT_MS = 100;
/** Ports that this process listens on, or that the task has: 127.0.0.1 leads to them. */
const own = new Set((process.env.SANDBOX_PORTS ?? '').split(',').filter(Boolean).map(Number));

const ANY = new Set(['0.0.0.0', '::', '']);
const LOCAL = new Set(['127.0.0.1', 'localhost', '::1']);

/** As net.Server's: (port, host, backlog, listener), (options, listener), (path, listener), (handle, listener). */
function portAndHost(args) {
  const [first, second] = args;
  if (first !== null && typeof first === 'object') {
    const isPort = first.port !== undefined && first.path === undefined && first.fd === undefined;
    return isPort ? { port: first.port, host: first.host ?? '' } : null;
  }
  const isPort = typeof first === 'number' || (typeof first === 'string' && /^\d+$/.test(first));
  return isPort ? { port: Number(first), host: typeof second === 'string' ? second : '' } : null;
}

const systemListen = net.Server.prototype.listen;
const systemClose = net.Server.prototype.close;
const announced = new WeakMap();

function listen(...args) {
  const asked = portAndHost(args);
  if (asked === null || !(ANY.has(asked.host) || LOCAL.has(asked.host)))
    return systemListen.apply(this, args);
  const [first] = args;
  const given = typeof first === 'object' && first !== null ? first : {};
  const backlog = args.slice(1).find((value) => typeof value === 'number');
  const options = { ...(backlog === undefined ? {} : { backlog }), ...given, port: asked.port, host: hidden };
  this.once('listening', () => {
    const { port } = this.address();
    own.add(port);
    if (ANY.has(asked.host)) announced.set(this, announce(port));
  });
  return systemListen.call(this, options, ...args.filter((value) => typeof value === 'function'));
}

/** A server that closes takes no connections from here on, though it may have some for a while. */
function close(...args) {
  announced.get(this)?.end();
  announced.delete(this);
  return systemClose.apply(this, args);
}

/** The connection ends with the process, however that ends. */
function announce(port) {
  let ended = false;
  let socket;
  const connect = () => {
    socket = net.connect({ port: gateway, host: '127.0.0.1' });
    socket.unref();
    socket.on('error', () => undefined);
    socket.on('connect', () => socket.write(`${JSON.stringify({ task, port })}\n`));
    socket.on('close', () => {
      if (!ended) setTimeout(connect, RECONNECT_MS).unref();
    });
  };
  connect();
  return {
    end() {
      ended = true;
      socket.destroy();
    },
  };
}

/** In the task's network 127.0.0.1 is the task itself. */
function toSelf(options) {
  if (!options || typeof options !== 'object' || options.path) return options;
  const port = Number(options.port);
  const isOwn = LOCAL.has(options.host ?? 'localhost') && own.has(port) && !elsewhere.has(port);
  return isOwn ? { ...options, host: hidden } : options;
}

const systemConnect = net.Socket.prototype.connect;

function connect(...args) {
  const [first] = args;
  // Node marks the array that it passes itself, so it has to stay the same one.
  if (Array.isArray(first)) first[0] = toSelf(first[0]);
  else if (first !== null && typeof first === 'object') args[0] = toSelf(first);
  else if (portAndHost(args) !== null) {
    const { port, host } = portAndHost(args);
    const to = toSelf({ port, host: host === '' ? 'localhost' : host });
    return systemConnect.call(this, to, ...args.filter((value) => typeof value === 'function'));
  }
  return systemConnect.apply(this, args);
}

if (hidden && gateway) {
  net.Server.prototype.listen = listen;
  net.Server.prototype.close = close;
  net.Socket.prototype.connect = connect;
}
