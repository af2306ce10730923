// SPDX-License-Identifier: GPL-3.0-or-later
// Speaks to an RPC service as language servers do, with the package vscode-jsonrpc:
// node contentlength.js PORT TOKEN
// Prints what it saw as one JSON object.
'use strict';
const net = require('net');
const rpc = require('vscode-jsonrpc/node');
const [port, token] = process.argv.slice(2);

async function main() {
    const socket = net.connect(Number(port), '127.0.0.1');
    const connection = rpc.createMessageConnection(
        new rpc.SocketMessageReader(socket), new rpc.SocketMessageWriter(socket));
    connection.listen();
    const saw = {};
    const errorOf = call => call.then(() => null, error => error.code);
    saw.stranger = await errorOf(connection.sendRequest('server.info'));
    saw.authenticated = await connection.sendRequest('session.authenticate', { token });
    await connection.sendNotification('server.info');
    const lists = await Promise.all(
        Array.from({ length: 20 }, () => connection.sendRequest('processes.list')));
    saw.lists = lists.filter(list => list.some(process => process.name === 'quiet')).length;
    saw.noSuchMethod = await errorOf(connection.sendRequest('processes.fly'));
    connection.dispose();
    socket.end();
    console.log(JSON.stringify(saw));
}
main();
