// SPDX-License-Identifier: GPL-3.0-or-later
#include "hub/hub.h"

#include "hub/hubconnection.h"
#include "hub/processsession.h"
#include "hub/servicequestions.h"
#include "journal/journal.h"
#include "os/descriptorlimit.h"
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "protocol/topics.h"
#include "supervisor/supervisor.h"

#include <QLoggingCategory>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logHub, "semper.server.hub", QtInfoMsg)

constexpr int maximumStrangers = 256; ///< connected, no valid hello yet

ServiceProcess asServiceProcess(const SupervisedProcess &process)
{
    return {
        .service = process.service(), .process = process.name(), .instance = process.instance()};
}

} // namespace

Hub::Hub(Supervisor &supervisor, Journal &journal, QObject *parent)
    : QObject(parent)
    , m_supervisor(supervisor)
    , m_journal(journal)
    , m_watchers(supervisor, journal)
    , m_waitingHosts(supervisor.standbys())
    , m_messenger(supervisor)
{
    connect(&m_server, &SocketListener::connected, this, &Hub::accept);
    connect(&m_watch, &PathWatch::touched, this, &Hub::restore);
    m_restore.setSingleShot(true);
    connect(&m_restore, &QTimer::timeout, this, &Hub::restore);
    connect(&supervisor, &Supervisor::stopRequested, this,
        [this](const SupervisedProcess *process, std::chrono::milliseconds limit) {
            if (ProcessSession *session = m_processes.value(process))
                session->requestStop(limit);
        });
    connect(&supervisor, &Supervisor::launchEnding, this, [this](const SupervisedProcess *process) {
        closeSession(process);
        m_watchers.publishLast(*process);
    });
    connect(&supervisor, &Supervisor::standbyTaken, this, [this](SupervisedProcess *process) {
        HubConnection *connection = m_waitingHosts.take(*process);
        if (!connection)
            return; // it connects again, and then says hello as one of the others
        openSession(connection, process);
        connection->flush(); // its go: before all that is told of the death that it answers
    });
    supervisor.setHubConnector([this](const QByteArray &mark) { return connectLaunch(mark); });
}

Hub::~Hub()
{
    // While there is a pump, and those too that wait for their deletion.
    const auto connections = findChildren<HubConnection *>(Qt::FindDirectChildrenOnly);
    for (HubConnection *connection : connections) {
        connection->disconnect(this);
        delete connection;
    }
}

std::optional<QString> Hub::listen(const QString &path)
{
    if (auto error = bind(path))
        return error;
    m_watch.watch({path, SocketClaim::lockPath(path)});
    return std::nullopt;
}

std::optional<QString> Hub::bind(const QString &path)
{
    if (auto error = m_claim.take(path))
        return error;
    if (m_server.isThere())
        return std::nullopt;
    if (!m_server.listen(path))
        return u"cannot listen on %1: %2"_s.arg(path, qt_error_string(errno));
    return std::nullopt;
}

// Its processes know the path for as long as they live, and the command line knows no other.
void Hub::restore()
{
    const QString path = m_server.path();
    if (m_claim.isInForce() && m_server.isThere())
        return;
    if (const auto error = bind(path)) {
        if (std::exchange(m_complaint, *error) != *error)
            qCCritical(logHub, "%ls was removed and cannot be made anew: %ls; trying again",
                qUtf16Printable(path), qUtf16Printable(*error));
        return m_restore.start(m_restoreDelay.next());
    }
    m_restoreDelay.reset();
    m_complaint.clear();
    m_watch.watch({path, SocketClaim::lockPath(path)});
    const QString reason = u"somebody removed it or its lock"_s;
    m_journal.record(
        QLatin1StringView("socket_restored"), {{keys::path, path}, {keys::reason, reason}});
    qCWarning(logHub, "%ls was made anew: %ls", qUtf16Printable(path), qUtf16Printable(reason));
}

void Hub::accept(int descriptor)
{
    const qsizetype strangers = m_connections.size() - m_watching.size() - m_processes.size()
        - m_waitingHosts.count() - m_given.size();
    const auto most = std::min<qint64>(maximumStrangers, descriptorsForClients() / 8);
    if (strangers >= 2 * most) { // Those that are told so stay until they have read it.
        ::close(descriptor);
        return;
    }
    auto *connection = new HubConnection(descriptor, m_pump, this);
    expectHello(connection);
    if (strangers >= most)
        connection->fail(u"too_many"_s, u"too many connections without a hello"_s);
}

void Hub::expectHello(HubConnection *connection)
{
    m_connections.append(connection);
    connect(connection, &HubConnection::closed, this, [this, connection] { forget(connection); });
    connect(
        connection, &HubConnection::frameReceived, this,
        [this, connection](const QJsonObject &frame) { greet(connection, frame); },
        Qt::SingleShotConnection);
}

int Hub::connectLaunch(const QByteArray &mark)
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return -1;
    auto *connection = new HubConnection(ends[0], mark, m_pump, this);
    m_given.insert(mark, connection);
    expectHello(connection);
    return ends[1];
}

void Hub::greet(HubConnection *connection, const QJsonObject &frame)
{
    m_given.remove(connection->peer().mark);
    if (frame.value(keys::type) != frames::hello)
        return connection->fail(u"no_hello"_s, u"the first frame is a hello"_s);
    if (frame.value(keys::role) == roles::watcher)
        greetWatcher(connection);
    else if (frame.value(keys::process).isString())
        greetProcess(connection, frame);
    else
        connection->fail(u"bad_hello"_s, u"a hello names a process or the role \"watcher\""_s);
}

void Hub::greetWatcher(HubConnection *connection)
{
    if (!connection->peer().mayControl())
        return connection->fail(u"not_allowed"_s, u"this server belongs to another user"_s);
    connection->setGreeted();
    m_watching.insert(connection);
    m_watchers.open(connection);
}

void Hub::greetProcess(HubConnection *connection, const QJsonObject &frame)
{
    if (m_waitingHosts.greet(connection, frame))
        return;
    SupervisedProcess *process = m_supervisor.find(
        frame.value(keys::process).toString(), frame.value(keys::instance).toInt());
    // One answer for all: a stranger learns neither names nor which half of its guess was right.
    if (!process || !process->tokenMatches(frame.value(keys::token).toString().toLatin1())
        || !connection->peer().belongsTo(pid_t(process->pid()), process->mark()))
        return connection->fail(u"not_allowed"_s, u"no launch with this name and token"_s);
    if (ProcessSession *older = m_processes.take(process))
        older->connection()->fail(u"replaced"_s, u"the launch connected again"_s);
    openSession(connection, process);
}

void Hub::openSession(HubConnection *connection, SupervisedProcess *process)
{
    connection->setGreeted();
    auto *session = new ProcessSession(connection, process);
    m_processes.insert(process, session);
    connect(session, &ProcessSession::messageReceived, this,
        [this, session](const QJsonObject &payload) {
            if (m_services && session->process())
                m_services->messageReceived(asServiceProcess(*session->process()), payload);
        });
    connect(session, &ProcessSession::requested, this,
        [this, session](const QJsonValue &id, const QString &method, const QJsonObject &params) {
            answer(*session, id, method, params);
        });
    connect(session, &ProcessSession::answered, this,
        [this, session](const QJsonObject &response) { m_messenger.answered(*session, response); });
    m_messenger.open(*session);
    if (process->state().phase() == ProcessPhase::Stopping) // asked before it could hear
        session->requestStop(process->spec().stop.timeout);
}

void Hub::closeSession(const SupervisedProcess *process)
{
    if (HubConnection *silent = m_given.take(process->mark()))
        silent->fail(u"launch_over"_s, u"the launch has ended"_s);
    ProcessSession *session = m_processes.value(process);
    if (!session)
        return;
    HubConnection *connection = session->connection();
    connection->drain(); // a fault is told in the last frame
    m_messenger.close(*session);
    m_processes.remove(process);
    session->disconnect(this);
    session->deleteLater();
    connection->fail(u"launch_over"_s, u"the launch has ended"_s);
}

void Hub::setServices(ServiceSide &services)
{
    m_services = &services;
    m_questions = std::make_unique<ServiceQuestions>(services);
    connect(&m_messenger, &Messenger::messagesDropped, this,
        [&services](const SupervisedProcess &process, int count) {
            services.messagesDropped(asServiceProcess(process), count);
        });
}

void Hub::answer(
    ProcessSession &session, const QJsonValue &id, const QString &method, const QJsonObject &params)
{
    if (m_questions && session.process())
        return m_questions->take(session, id, method, params);
    session.connection()->send(makeFrame(frames::response,
        {{keys::id, id},
            {keys::error,
                QJsonObject{{keys::code, u"unknown_method"_s}, {keys::detail, method}}}}));
}

void Hub::forget(HubConnection *connection)
{
    m_connections.removeOne(connection);
    m_watching.remove(connection);
    m_given.remove(connection->peer().mark);
    m_waitingHosts.forget(connection);
    m_processes.removeIf([this, connection](auto entry) {
        if (entry.value()->connection() != connection)
            return false;
        m_messenger.close(*entry.value());
        return true;
    });
    connection->deleteLater();
}

} // namespace semper
