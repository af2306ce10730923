// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/eventsreader.h"

#include "cli/terminaltext.h"
#include "protocol/controlcharacters.h"
#include "protocol/eventtext.h"
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "protocol/topics.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include <cerrno>
#include <chrono>
#include <utility>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(semper::EventsReader)
};

constexpr auto patienceForEvents = 5s;

QString labelOf(const QJsonObject &event)
{
    const QString name = event.value(keys::process).toString();
    if (name.isEmpty())
        return u"-"_s;
    return name + u':' + QString::number(event.value(keys::instance).toInt());
}

/// "2026-11-30 16:50:23.123 importer:0 exit exited with code 3, restarting", by the time of here.
QString lineOf(const QJsonObject &event)
{
    const QDateTime at = fromWireTime(event.value(keys::at)).toLocalTime();
    return u"%1  %2  %3  %4\n"_s.arg(at.toString(u"yyyy-MM-dd HH:mm:ss.zzz"_s),
        padded(printable(labelOf(event)), 16),
        padded(printable(event.value(keys::type).toString()), 14), printable(describeEvent(event)));
}

} // namespace

EventsReader::EventsReader(const QString &socketPath, EventsWish wish)
    : m_wish(std::move(wish))
    , m_client(socketPath, HubClient::Reconnect::Never)
{
    connect(&m_client, &HubClient::opened, this, &EventsReader::subscribe);
    connect(&m_client, &HubClient::frameReceived, this, &EventsReader::take);
    connect(&m_client, &HubClient::closed, this, &EventsReader::lose);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        finish({ExitCode::NoServer,
            Texts::tr("the server at %1 does not answer").arg(m_client.socketPath()) + u'\n'});
    });
}

CommandExit EventsReader::run()
{
    m_patience.start(patienceForEvents);
    m_client.open();
    if (!m_isOver) // a socket that is not there is told at once
        m_loop.exec();
    return m_exit;
}

void EventsReader::subscribe()
{
    QJsonArray names;
    for (const QString &selector : m_wish.selectors)
        names.append(selector.section(u':', 0, 0));
    QJsonObject frame{{keys::topics, QJsonArray{topics::events}},
        {keys::types, QJsonArray::fromStringList(m_wish.types)}, {keys::after, 0}};
    if (!names.isEmpty())
        frame.insert(keys::processes, names);
    if (m_wish.since.isValid())
        frame.insert(keys::since, wireTime(m_wish.since.toUTC()));
    if (m_wish.newest > 0)
        frame.insert(keys::limit, m_wish.newest);
    m_client.send(makeFrame(frames::hello, {{keys::role, roles::watcher}}));
    m_client.send(makeFrame(frames::subscribe, frame));
}

void EventsReader::take(const QJsonObject &frame)
{
    if (m_patience.isActive())
        m_patience.start();
    const QString type = frame.value(keys::type).toString();
    if (type == frames::event)
        takeEvent(frame.value(keys::event).toObject());
    else if (type == frames::snapshot)
        takeSnapshot(frame);
    else if (type == frames::replayed)
        takeEnd(frame);
    else if (type == frames::error)
        m_error = frame;
}

bool EventsReader::isChosen(const QJsonObject &event) const
{
    return m_wish.selectors.isEmpty()
        || m_wish.selectors.contains(event.value(keys::process).toString())
        || m_wish.selectors.contains(labelOf(event));
}

void EventsReader::takeEvent(const QJsonObject &event)
{
    m_known.insert(event.value(keys::process).toString());
    if (!isChosen(event))
        return;
    print(m_wish.json
            ? QString::fromUtf8(escapeControls(QJsonDocument(event).toJson(QJsonDocument::Compact)))
                + u'\n'
            : lineOf(event));
}

void EventsReader::takeSnapshot(const QJsonObject &frame)
{
    for (const QJsonValue &process : frame.value(keys::processes).toArray())
        m_known.insert(process[keys::name].toString());
    for (const QJsonValue &name : frame.value(keys::server)[keys::withoutInstances].toArray())
        m_known.insert(name.toString());
    if (const qint64 missed = frame.value(keys::missed).toInteger(); missed > 0)
        complain(Texts::tr("%1 events were missed: this reads too slowly").arg(missed) + u'\n');
}

void EventsReader::takeEnd(const QJsonObject &frame)
{
    m_patience.stop();
    if (frame.value(keys::partial).toBool())
        complain(
            Texts::tr("the journal cannot be read just now: older events are missing") + u'\n');
    for (const QString &selector : m_wish.selectors)
        if (!m_known.contains(selector.section(u':', 0, 0)))
            return finish({ExitCode::Failed,
                Texts::tr("no process \"%1\", and no event of one").arg(printable(selector))
                    + u'\n'});
    if (!m_wish.follow)
        finish({});
}

void EventsReader::lose(const QString &why)
{
    if (!m_error.isEmpty())
        return finish({m_error.value(keys::code) == u"not_allowed"_s ? ExitCode::NotAllowed
                                                                     : ExitCode::NoServer,
            Texts::tr("the server refuses: %1")
                    .arg(printable(m_error.value(keys::detail).toString()))
                + u'\n'});
    const QByteArray path = QFile::encodeName(m_client.socketPath());
    const bool isForbidden = ::access(path.constData(), R_OK | W_OK) != 0 && errno == EACCES;
    finish({isForbidden ? ExitCode::NotAllowed : ExitCode::NoServer,
        Texts::tr("no server at %1: %2").arg(m_client.socketPath(), why) + u'\n'});
}

void EventsReader::finish(const CommandExit &exit)
{
    m_patience.stop();
    m_client.disconnect(this);
    m_exit = exit;
    m_isOver = true;
    m_loop.quit();
}

} // namespace semper
