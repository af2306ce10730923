// SPDX-License-Identifier: GPL-3.0-or-later
// Speaks to an RPC service over TCP and HTTP with the package jayson: node jsonrpc.js PORT TOKEN
// Prints what it saw as one JSON object.
'use strict';
const jayson = require('jayson');
const [port, token] = process.argv.slice(2);
const address = { host: '127.0.0.1', port: Number(port) };

const tcp = jayson.Client.tcp(address);
const stranger = jayson.Client.http(address);
const http = jayson.Client.http({ ...address, headers: { authorization: `Bearer ${token}` } });

/** An error of the transport, or the answer: result or error of JSON-RPC. */
function call(client, method, parameters, id) {
    return new Promise(resolve => client.request(method, parameters, id,
        (failure, answer) => resolve(failure ? { failure: failure.message } : answer)));
}

/** Several calls at once, in the order of their answers. */
function batch(client, calls) {
    return new Promise(resolve => client.request(calls,
        (failure, answers) => resolve(failure ? { failure: failure.message } : answers)));
}

/** Whether the process "quiet" comes to a state after a command. */
async function comesTo(action, isState) {
    const event = (await call(http, `processes.${action}`, { process: 'quiet' })).result.event;
    for (let i = 0; i < 500 && event > 0; ++i) {
        const instances = (await call(http, 'processes.get', { process: 'quiet' })).result;
        if (isState(instances[0].state))
            return true;
    }
    return false;
}

async function main() {
    const saw = {};
    saw.authenticated = (await call(tcp, 'session.authenticate', { token })).result;
    saw.wrongToken = (await call(tcp, 'session.authenticate', ['wrong'])).error;
    saw.names = (await call(http, 'processes.list', [])).result.map(process => process.name);
    saw.byPosition = (await call(http, 'processes.get', ['quiet'])).result[0].name;
    saw.byName = (await call(http, 'processes.get', { process: 'quiet' })).result[0].name;
    saw.noSuchProcess = (await call(http, 'processes.get', ['nobody'])).error;
    saw.noSuchMethod = (await call(http, 'processes.fly', [])).error.code;
    saw.missing = (await call(http, 'processes.get', [])).error.code;
    saw.stopped = await comesTo('stop', state => state === 'stopped');
    saw.started = await comesTo('start', state => state === 'running');
    const connections = (await call(http, 'connections.list', { limit: 1 })).result;
    saw.connections = connections.connections?.length ?? connections.length;
    saw.badLimit = (await call(http, 'connections.list', { limit: 'many' })).error.code;
    saw.restarted = typeof (await call(http, 'processes.restart', ['quiet'])).result.event;
    saw.textId = (await call(http, 'server.info', [], 'an id of text')).id;
    saw.notification = await call(http, 'server.info', [], null);
    const answers = await batch(http, [
        http.request('server.info', [], 'first'),
        http.request('processes.fly', [], 'second'),
        http.request('server.info', [], null), // a notification
    ]);
    saw.batch = answers.map(answer => [answer.id, answer.error?.code ?? 'result']);
    saw.stranger = (await call(stranger, 'server.info', [])).failure;
    console.log(JSON.stringify(saw));
}
main();
