// SPDX-License-Identifier: GPL-3.0-or-later
// The three services as one writes them with Node. WebSockets only where the package ws is there.
'use strict';
const http = require('http');
const net = require('net');

const starting = [];

function listen(server, name, scheme) {
  starting.push(new Promise((resolve) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
      console.log(`${name} ${scheme}://127.0.0.1:${server.address().port}`);
      resolve();
    });
  }));
}

const pages = http.createServer((request, response) => {
  if (request.method !== 'GET' || request.url !== '/hello') {
    response.writeHead(404).end();
    return;
  }
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ message: 'hello', from: 'a handler' }));
});
pages.keepAliveTimeout = 60000; // as Semper's; after its own 5 s an idle client would be cut off
listen(pages, 'http', 'http');

let ws = null;
try {
  ws = require('ws');
} catch {
  console.error('ws is not installed');
}
if (ws) {
  const server = http.createServer();
  new ws.WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.on('error', () => {});
  });
  listen(server, 'websocket', 'ws');
}

function answer(line) {
  let call = null;
  try {
    call = JSON.parse(line);
  } catch {
    return { jsonrpc: '2.0', error: { code: -32700, message: 'Parse error' }, id: null };
  }
  if (call.method !== 'add' || !Array.isArray(call.params))
    return { jsonrpc: '2.0', error: { code: -32601, message: 'Method not found' }, id: call.id };
  return { jsonrpc: '2.0', result: call.params[0] + call.params[1], id: call.id };
}

listen(net.createServer({ noDelay: true }, (socket) => {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines)
      socket.write(JSON.stringify(answer(line)) + '\n');
  });
  socket.on('error', () => {});
}), 'rpc', 'tcp');

Promise.all(starting).then(() => console.log('ready'));
