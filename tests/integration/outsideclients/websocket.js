// SPDX-License-Identifier: GPL-3.0-or-later
// Speaks to a WebSocket service with the package ws: node websocket.js URL TOKEN
// Prints what it saw as one JSON object.
'use strict';
const WebSocket = require('ws');
const [url, token] = process.argv.slice(2);
const bearer = { headers: { authorization: `Bearer ${token}` } };

/** Opens a connection, lets use() work with it, and tells how it ended. */
function closed(options, use, subprotocol = 'semper.v1') {
    return new Promise(resolve => {
        const socket = new WebSocket(url, subprotocol, options);
        const heard = [];
        socket.on('message', (bytes, isBinary) => {
            heard.push(JSON.parse(bytes));
            use.message?.(socket, heard.at(-1), isBinary);
        });
        socket.on('open', () => use.open?.(socket));
        socket.on('pong', payload => use.pong?.(socket, payload));
        socket.on('unexpected-response', (request, response) => {
            resolve({ status: response.statusCode });
            request.destroy();
        });
        socket.on('error', () => {});
        socket.on('close', code => resolve({ code, protocol: socket.protocol,
            types: heard.map(frame => frame.type), error: heard.at(-1)?.code }));
    });
}

const hello = socket => socket.send(JSON.stringify({ type: 'hello', role: 'watcher' }));

async function main() {
    const saw = {};
    let processes, pong;
    saw.watcher = await closed(bearer, {
        open(socket) {
            hello(socket);
            socket.send(JSON.stringify({ type: 'subscribe', topics: ['state'] }));
        },
        message(socket, frame) {
            if (frame.type !== 'snapshot')
                return;
            processes = frame.processes.map(process => process.name);
            socket.ping('are you there');
        },
        pong(socket, payload) {
            pong = payload.toString();
            socket.close(1000, 'seen enough');
        },
    });
    saw.processes = processes;
    saw.pong = pong;
    saw.wrongToken = await closed({ headers: { authorization: 'Bearer wrong' } }, {});
    saw.stranger = await closed({}, { open: hello });
    saw.tooLong = await closed(bearer, { open: socket => socket.send('x'.repeat(1 << 20)) });
    saw.binary = await closed(bearer, { open: socket => socket.send(Buffer.from([0xff, 0x00])) });
    saw.otherPage = await closed({ origin: 'http://evil.example' }, {});
    console.log(JSON.stringify(saw));
}
main();
