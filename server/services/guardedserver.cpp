// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/guardedserver.h"

#include "services/guardedsocket.h"
#include "services/unixlistener.h"

#include <QFile>
#include <QHostAddress>
#include <QHostInfo>
#include <QLoggingCategory>

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

Q_LOGGING_CATEGORY(log, "semper.server.http")

constexpr int listenBacklog = 1024;
constexpr auto retirementLimit = 60s;

/// Often enough that no limit is overrun by more than a quarter, and never busy.
std::chrono::milliseconds sweepInterval(const HttpLimits &limits)
{
    const auto shortest = std::min({limits.headTimeout, limits.bodyTimeout, limits.idleTimeout,
        limits.stallTimeout, limits.lingerTimeout});
    return std::clamp<std::chrono::milliseconds>(shortest / 4, 20ms, 500ms);
}

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

/// Says 503 and hangs up. Its first bytes are read away, or closing would reset the connection
/// before the client has read why.
void turnAway(int descriptor)
{
    const QByteArray body = Problem{.status = 503, .detail = u"too many connections"_s}.toJson();
    const QByteArray answer = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Type: "
        + QByteArray(problemMimeType) + "\r\nContent-Length: " + QByteArray::number(body.size())
        + "\r\nConnection: close\r\n\r\n" + body;
    const ssize_t sent = ::send(descriptor, answer.constData(), static_cast<size_t>(answer.size()),
        MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent == answer.size())
        ::shutdown(descriptor, SHUT_WR);
    std::array<char, 16 * 1024> bin;
    static_cast<void>(::recv(descriptor, bin.data(), bin.size(), MSG_DONTWAIT));
    ::close(descriptor);
}

} // namespace

GuardedServer::GuardedServer(const HttpLimits &limits, Admission admission, QObject *parent)
    : QTcpServer(parent)
    , m_limits(limits)
    , m_admission(std::move(admission))
{
    setListenBacklogSize(listenBacklog);
    setMaxPendingConnections(std::numeric_limits<int>::max()); // The cap is m_limits'.
    m_sweep.setInterval(sweepInterval(m_limits));
    connect(&m_sweep, &QTimer::timeout, this, &GuardedServer::sweep);
    m_resume.setSingleShot(true);
    m_resume.setInterval(200ms);
    connect(&m_resume, &QTimer::timeout, this, &QTcpServer::resumeAccepting);
    connect(this, &QTcpServer::acceptError, this, [this] {
        if (!std::exchange(m_starved, true))
            qCWarning(log) << "cannot accept a connection:" << errorString();
        m_resume.start(); // QTcpServer has paused itself, for good.
    });
}

GuardedServer::~GuardedServer()
{
    // The guards refer to members of this class.
    qDeleteAll(findChildren<GuardedSocket *>(Qt::FindDirectChildrenOnly));
    close();
    giveUpPath();
}

void GuardedServer::giveUpPath()
{
    if (!m_path.isEmpty())
        QFile::remove(std::exchange(m_path, QString()));
}

void GuardedServer::retire()
{
    m_retired = true;
    m_resume.stop();
    close();
    giveUpPath(); // now: another listener may want it
    if (m_guards.isEmpty())
        return deleteLater();
    QTimer::singleShot(retirementLimit, this, [this] {
        const QMap<quint64, HttpGuard *> guards = m_guards; // One that ends removes itself.
        for (HttpGuard *guard : guards)
            guard->abort();
    });
}

std::optional<QString> GuardedServer::listenOn(const ListenAddress &address)
{
    const auto reason = address.path.isEmpty() ? listenOnTcp(address) : listenOnPath(address);
    if (reason)
        return u"cannot listen on %1: %2"_s.arg(address.toString(), *reason);
    return {};
}

std::optional<QString> GuardedServer::listenOnTcp(const ListenAddress &address)
{
    const QHostAddress host = resolve(address.host);
    if (host.isNull())
        return u"the host has no address"_s;
    if (!listen(host, address.port))
        return errorString();
    return {};
}

std::optional<QString> GuardedServer::listenOnPath(const ListenAddress &address)
{
    const auto opened = openUnixListener(address.path, listenBacklog);
    if (const auto *reason = std::get_if<QString>(&opened))
        return *reason;
    const int descriptor = std::get<int>(opened);
    m_path = address.path;
    if (!setSocketDescriptor(descriptor)) {
        ::close(descriptor);
        return errorString();
    }
    return {};
}

QStringList GuardedServer::addresses() const
{
    if (!isListening())
        return {};
    if (!m_path.isEmpty())
        return {u"unix:"_s + m_path};
    const bool v6 = serverAddress().protocol() == QAbstractSocket::IPv6Protocol;
    return {(v6 ? u"http://[%1]:%2"_s : u"http://%1:%2"_s)
                .arg(serverAddress().toString())
                .arg(serverPort())};
}

QList<Connection> GuardedServer::connections() const
{
    QList<Connection> list;
    list.reserve(m_guards.size());
    for (const HttpGuard *guard : m_guards)
        list.append(guard->connection());
    return list;
}

void GuardedServer::incomingConnection(qintptr descriptor)
{
    m_starved = false;
    if (m_guards.size() >= m_limits.maximumConnections)
        return turnAway(static_cast<int>(descriptor));
    auto *socket = new GuardedSocket(this);
    if (!socket->setSocketDescriptor(descriptor)) {
        delete socket;
        ::close(static_cast<int>(descriptor));
        return;
    }
    const quint64 id = ++m_lastId;
    m_guards.insert(id, new HttpGuard(socket, id, m_limits, m_admission));
    connect(socket, &QAbstractSocket::disconnected, this, [this, id] { forget(id); });
    if (!m_sweep.isActive())
        m_sweep.start();
    addPendingConnection(socket);
}

void GuardedServer::sweep()
{
    const QMap<quint64, HttpGuard *> guards = m_guards; // One that ends removes itself.
    for (HttpGuard *guard : guards)
        guard->enforceDeadlines();
}

void GuardedServer::forget(quint64 id)
{
    m_guards.remove(id);
    if (!m_guards.isEmpty())
        return;
    m_sweep.stop();
    if (m_retired)
        deleteLater();
}

} // namespace semper
