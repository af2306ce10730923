// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/serverfinder.h"

#include "protocol/socketpath.h"

using namespace std::chrono_literals;

namespace semper::dashboard {

ServerFinder::ServerFinder(QObject *parent)
    : QObject(parent)
{
    m_pause.setSingleShot(true);
    m_pause.setInterval(1s);
    m_patience.setSingleShot(true);
    m_patience.setInterval(500ms);
    connect(&m_pause, &QTimer::timeout, this, &ServerFinder::look);
    connect(&m_patience, &QTimer::timeout, this, [this] { finishTry(false); });
    connect(
        &m_socket, &QLocalSocket::connected, this, [this] { finishTry(true); },
        Qt::QueuedConnection);
    connect(
        &m_socket, &QLocalSocket::errorOccurred, this, [this] { finishTry(false); },
        Qt::QueuedConnection);
}

void ServerFinder::start()
{
    stop();
    look();
}

void ServerFinder::stop()
{
    m_pause.stop();
    m_patience.stop();
    m_trying = false;
    m_untried.clear();
    m_socket.abort();
}

void ServerFinder::look()
{
    m_untried = localSockets();
    m_alive.clear();
    tryNext();
}

void ServerFinder::tryNext()
{
    if (m_untried.isEmpty()) {
        m_servers = m_alive;
        m_pause.start();
        Q_EMIT searched(m_servers);
        return;
    }
    m_trying = true;
    m_patience.start();
    m_socket.connectToServer(m_untried.first());
}

void ServerFinder::finishTry(bool alive)
{
    if (!m_trying)
        return;
    m_trying = false;
    m_patience.stop();
    if (alive)
        m_alive.append(m_untried.first());
    m_untried.removeFirst();
    m_socket.abort();
    tryNext();
}

} // namespace semper::dashboard
