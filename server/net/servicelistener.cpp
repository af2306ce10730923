// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/servicelistener.h"

#include "net/acceptor.h"
#include "net/clientdescriptor.h"
#include "net/connectiontable.h"
#include "net/heldbytes.h"
#include "net/liveconnection.h"
#include "net/tlsfiles.h"
#include "net/unixlistener.h"
#include "net/unixsocketfile.h"
#include "protocol/keys.h"
#include "turns/turnline.h"

#include <QHostAddress>
#include <QHostInfo>
#include <QLoggingCategory>
#include <QSslSocket>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logServiceListener, "semper.server.listener", QtInfoMsg)

constexpr int listenBacklog = 1024;
constexpr auto retirementLimit = 60s;
constexpr auto pauseBeforeRestore = 2s;
constexpr auto timeToShakeHands = 10ms; ///< where there is no room for others
constexpr auto notableDelay = 500ms; ///< of a sweep; a busy event loop is late by less
constexpr std::chrono::milliseconds longestLeniency = 30s;

QHostAddress resolve(const QString &host)
{
    if (host.compare("localhost"_L1, Qt::CaseInsensitive) == 0)
        return QHostAddress(QHostAddress::LocalHost);
    QHostAddress address(host);
    if (!address.isNull())
        return address;
    const QList<QHostAddress> found = QHostInfo::fromName(host).addresses();
    return found.isEmpty() ? QHostAddress() : found.first();
}

/// Says \a answer and hangs up. The client's first bytes are read away, or closing would reset the
/// connection before it has read why.
void turnAway(int descriptor, const QByteArray &answer)
{
    const ssize_t sent = ::send(descriptor, answer.constData(), static_cast<size_t>(answer.size()),
        MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent == answer.size())
        ::shutdown(descriptor, SHUT_WR);
    std::array<char, 16 * 1024> bin;
    static_cast<void>(::recv(descriptor, bin.data(), bin.size(), MSG_DONTWAIT));
    ::close(descriptor);
}

using Tls = std::optional<QSslConfiguration>;

std::variant<Tls, ListenerFault> readTls(const std::optional<TlsSpec> &spec)
{
    if (!spec)
        return Tls();
    const auto read = readTlsFiles(*spec);
    if (const auto *fault = std::get_if<TlsFault>(&read))
        return ListenerFault{keys::tls, fault->message};
    return Tls(std::get<QSslConfiguration>(read));
}

} // namespace

ServiceListener::ServiceListener(
    ConnectionTable &table, const ServiceLimits &limits, QObject *parent)
    : QTcpServer(parent)
    , m_table(table)
    , m_limits(limits)
    , m_line(std::make_shared<TurnLine>())
{
    HeldBytes::allowMessage(limits.messageMaxBytes);
    setListenBacklogSize(listenBacklog);
    setMaxPendingConnections(std::numeric_limits<int>::max()); // The cap is m_limits'.
    connect(&m_sweep, &QTimer::timeout, this, &ServiceListener::sweep);
    m_restore.setSingleShot(true);
    m_restore.setInterval(pauseBeforeRestore);
    connect(&m_restore, &QTimer::timeout, this, &ServiceListener::restorePath);
}

ServiceListener::~ServiceListener()
{
    dropConnections();
    stopAccepting();
    giveUpPath();
}

void ServiceListener::dropConnections()
{
    m_handshakes.clear();
    const QList<quint64> ids = m_live.keys();
    for (const quint64 id : ids)
        m_table.remove(id);
    m_live.clear();
    const auto sockets = findChildren<QTcpSocket *>(Qt::FindDirectChildrenOnly);
    for (QTcpSocket *socket : sockets) {
        socket->disconnect(this);
        // Else it tells its end from its destructor, to those who read from it then.
        socket->flush();
        socket->abort();
        delete socket;
    }
}

void ServiceListener::giveUpPath()
{
    m_file.reset();
}

void ServiceListener::retire()
{
    m_retired = true;
    stopAccepting();
    giveUpPath(); // now: another listener may want it
    QTimer::singleShot(retirementLimit, this, [this] {
        for (QSslSocket *socket : shakingHands())
            socket->abort();
        const QMap<quint64, LiveConnection *> live = m_live; // One that ends removes itself.
        for (LiveConnection *connection : live)
            connection->abort();
    });
    endIfIdle();
}

std::optional<ListenerFault> ServiceListener::listenOn(const ListenerSpec &spec)
{
    auto tls = readTls(spec.tls);
    if (auto *fault = std::get_if<ListenerFault>(&tls))
        return std::move(*fault);
    const ListenAddress &address = spec.address;
    const auto reason = address.path.isEmpty() ? bindTcp(address) : bindPath(address);
    if (reason)
        return ListenerFault{
            keys::listen, u"cannot listen on %1: %2"_s.arg(address.toString(), *reason)};
    m_spec = spec;
    m_tls = std::get<Tls>(std::move(tls));
    pauseAccepting();
    return {};
}

void ServiceListener::startAccepting()
{
    pauseAccepting(); // QTcpServer, which would take all at once
    m_acceptor = new Acceptor(static_cast<int>(socketDescriptor()), this);
    connect(m_acceptor, &Acceptor::accepted, this, &ServiceListener::incomingConnection);
    connect(m_acceptor, &Acceptor::starved, this, [](int error) {
        qCWarning(logServiceListener) << "cannot accept a connection:" << qt_error_string(error);
    });
}

void ServiceListener::stopAccepting()
{
    if (m_acceptor) {
        m_acceptor->stop();
        std::exchange(m_acceptor, nullptr)->deleteLater();
    }
    close();
}

QTcpSocket *ServiceListener::nextPendingConnection()
{
    QTcpSocket *socket = QTcpServer::nextPendingConnection();
    if (isListening())
        pauseAccepting(); // which that has ended
    return socket;
}

std::variant<std::function<void()>, ListenerFault> ServiceListener::prepare(
    const ListenerSpec &spec)
{
    auto tls = readTls(spec.tls);
    if (auto *fault = std::get_if<ListenerFault>(&tls))
        return std::move(*fault);
    return [this, spec, tls = std::get<Tls>(std::move(tls))] {
        m_spec = spec;
        m_tls = tls;
    };
}

void ServiceListener::setLimits(const ServiceLimits &limits)
{
    m_limits = limits;
    HeldBytes::allowMessage(limits.messageMaxBytes);
    limitsChanged();
    if (m_sweep.isActive())
        startSweep();
}

std::optional<QString> ServiceListener::bindTcp(const ListenAddress &address)
{
    const QHostAddress host = resolve(address.host);
    if (host.isNull())
        return u"the host has no address"_s;
    if (!listen(host, address.port))
        return errorString();
    return {};
}

std::optional<QString> ServiceListener::bindPath(const ListenAddress &address)
{
    const auto opened = openUnixListener(address.path, listenBacklog);
    if (const auto *reason = std::get_if<QString>(&opened))
        return *reason;
    const int descriptor = std::get<int>(opened);
    watchPath(address.path);
    if (!setSocketDescriptor(descriptor)) {
        ::close(descriptor);
        return errorString();
    }
    return {};
}

void ServiceListener::watchPath(const QString &path)
{
    m_file = std::make_unique<UnixSocketFile>(path);
    // Later: it is exchanged then.
    connect(m_file.get(), &UnixSocketFile::lost, this, &ServiceListener::restorePath,
        Qt::QueuedConnection);
}

void ServiceListener::restorePath()
{
    if (!m_file || m_file->isThere())
        return;
    const QString path = m_file->path();
    const auto opened = openUnixListener(path, listenBacklog);
    if (const auto *reason = std::get_if<QString>(&opened)) {
        if (std::exchange(m_complaint, *reason) != *reason)
            qCCritical(logServiceListener,
                "%ls was removed and cannot be made anew: %ls; trying again", qUtf16Printable(path),
                qUtf16Printable(*reason));
        return m_restore.start();
    }
    m_complaint.clear();
    const bool isAccepting = m_acceptor != nullptr;
    stopAccepting();
    watchPath(path);
    if (!setSocketDescriptor(std::get<int>(opened))) {
        ::close(std::get<int>(opened));
        qCCritical(logServiceListener, "cannot listen on %ls any more: %ls", qUtf16Printable(path),
            qUtf16Printable(errorString()));
        return;
    }
    pauseAccepting();
    if (isAccepting)
        startAccepting();
    qCWarning(logServiceListener, "%ls was made anew: somebody removed it", qUtf16Printable(path));
}

QStringList ServiceListener::addresses() const
{
    if (!isListening())
        return {};
    if (m_file)
        return {u"unix:"_s + m_file->path()};
    const bool v6 = serverAddress().protocol() == QAbstractSocket::IPv6Protocol;
    return {(v6 ? u"%1://[%2]:%3"_s : u"%1://%2:%3"_s)
                .arg(scheme(), serverAddress().toString())
                .arg(serverPort())};
}

QLatin1StringView ServiceListener::scheme() const
{
    return m_spec.tls ? "tls"_L1 : "tcp"_L1;
}

std::chrono::milliseconds ServiceListener::shortestLimit() const
{
    const auto shortest = std::min(m_limits.writeStall, m_limits.handshakeTimeout);
    return m_limits.idleTimeout > 0ms ? std::min(shortest, m_limits.idleTimeout) : shortest;
}

QTcpSocket *ServiceListener::makeSocket()
{
    return new QTcpSocket(this);
}

QSslSocket *ServiceListener::makeTlsSocket()
{
    return new QSslSocket(this);
}

void ServiceListener::incomingConnection(qintptr accepted)
{
    if (isFull())
        makeRoom();
    if (isFull())
        return turnAway(static_cast<int>(accepted), m_tls ? QByteArray() : refusal());
    const int descriptor = static_cast<int>(accepted);
    if (m_tls)
        return shakeHands(descriptor);
    QTcpSocket *socket = makeSocket();
    new ClientDescriptor(socket);
    if (socket->setSocketDescriptor(descriptor))
        return take(socket);
    delete socket;
    ::close(descriptor);
}

bool ServiceListener::isFull() const
{
    return m_live.size() + qsizetype(m_handshakes.size()) >= m_limits.connections
        || !DescriptorShare::isFree();
}

/// Clients that have asked for nothing go first; of those, and of the others, who has been quiet
/// for longest.
void ServiceListener::makeRoom()
{
    using Rank = std::pair<bool, std::chrono::milliseconds>; // the higher, the sooner
    std::optional<Rank> highest;
    LiveConnection *quietest = nullptr;
    for (LiveConnection *connection : std::as_const(m_live))
        if (const auto quiet = connection->quiet()) {
            const Rank rank(!quiet->hasAsked, quiet->time);
            if (!highest || rank > *highest) {
                highest = rank;
                quietest = connection;
            }
        }
    QSslSocket *slowest = nullptr;
    for (const auto &[socket, handshake] : m_handshakes)
        if (const Rank rank(true, handshake.age());
            handshake.age() >= timeToShakeHands && (!highest || rank > *highest)) {
            highest = rank;
            slowest = socket;
        }
    if (slowest)
        slowest->abort();
    else if (quietest)
        quietest->makeRoom();
}

void ServiceListener::shakeHands(int descriptor)
{
    QSslSocket *socket = makeTlsSocket();
    new ClientDescriptor(socket);
    if (!socket->setSocketDescriptor(descriptor)) {
        delete socket;
        ::close(descriptor);
        return;
    }
    socket->setSslConfiguration(*m_tls);
    startSweep();
    connect(socket, &QSslSocket::encrypted, this, [this, socket] {
        if (m_handshakes.erase(socket) > 0)
            take(socket);
    });
    connect(socket, &QAbstractSocket::disconnected, this, [this, socket] {
        if (m_handshakes.erase(socket) == 0)
            return; // It has become a connection.
        qCDebug(logServiceListener)
            << "no TLS with" << socket->peerAddress().toString() << socket->errorString();
        socket->deleteLater();
        endIfIdle();
    });
    m_handshakes.try_emplace(socket, *socket, m_line, m_limits.handshakeTimeout);
}

QList<QSslSocket *> ServiceListener::shakingHands() const
{
    QList<QSslSocket *> sockets; // One that ends removes itself.
    for (const auto &[socket, handshake] : m_handshakes)
        sockets.append(socket);
    return sockets;
}

void ServiceListener::take(QTcpSocket *socket)
{
    const quint64 id = m_table.nextId();
    connect(socket, &QAbstractSocket::disconnected, this, [this, socket, id] {
        socket->deleteLater();
        forget(id);
    });
    LiveConnection *connection = serve(socket, id);
    if (!connection) {
        socket->abort();
        return endIfIdle();
    }
    if (socket->state() == QAbstractSocket::UnconnectedState)
        return; // It has told so already.
    m_live.insert(id, connection);
    startSweep();
    m_table.add(id, connection, m_name); // which tells others, who may end it
    if (m_live.contains(id))
        served(connection);
}

void ServiceListener::startSweep()
{
    // Often enough that no limit is overrun by more than a quarter, and never busy.
    const auto pause = std::clamp<std::chrono::milliseconds>(shortestLimit() / 4, 20ms, 500ms);
    if (m_sweep.isActive() && m_sweep.intervalAsDuration() == pause)
        return;
    m_sweep.start(pause);
    m_swept.start();
}

// A program that was stopped or frozen finds all limits passed, and what came meanwhile still in
// its sockets: all clients have as much time again.
void ServiceListener::sweep()
{
    const std::chrono::milliseconds passed(m_swept.restart());
    const auto late = std::min(passed - m_sweep.intervalAsDuration(), longestLeniency);
    if (late >= notableDelay && m_leniency.remainingTimeAsDuration() < late)
        m_leniency.setRemainingTime(late);
    if (!m_leniency.hasExpired())
        return;
    for (QSslSocket *socket : shakingHands()) {
        const auto handshake = m_handshakes.find(socket);
        if (handshake != m_handshakes.end() && handshake->second.isOverdue())
            socket->abort();
    }
    const QMap<quint64, LiveConnection *> live = m_live;
    for (auto it = live.cbegin(); it != live.cend(); ++it)
        if (m_live.contains(it.key()))
            it.value()->enforceDeadlines();
}

void ServiceListener::forget(quint64 id)
{
    if (m_live.remove(id) > 0)
        m_table.remove(id);
    endIfIdle();
}

void ServiceListener::endIfIdle()
{
    if (!m_live.isEmpty() || !m_handshakes.empty())
        return;
    m_sweep.stop();
    if (m_retired)
        deleteLater();
}

} // namespace semper
