// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/scriptedhub.h"

#include "protocol/frame.h"
#include "protocol/keys.h"

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

bool ScriptedHub::listen(const QString &path)
{
    QLocalServer::removeServer(path);
    connect(
        &m_server, &QLocalServer::newConnection, this, &ScriptedHub::accept, Qt::UniqueConnection);
    m_frozen = false;
    return m_server.listen(path);
}

void ScriptedHub::die()
{
    m_server.close();
    const auto watchers = std::exchange(m_watchers, {});
    for (const auto &[watcher, reader] : watchers) {
        watcher->disconnect(this);
        watcher->abort();
        watcher->deleteLater();
    }
}

void ScriptedHub::dismiss(const QString &code, const QString &detail)
{
    broadcast(makeFrame(frames::error, {{keys::code, code}, {keys::detail, detail}}));
    const auto watchers = m_watchers; // each leaves the list as it goes
    for (const auto &[watcher, reader] : watchers)
        watcher->disconnectFromServer();
}

void ScriptedHub::setProcesses(const QList<ProcessStatus> &processes)
{
    m_processes = processes;
    sendSnapshot();
}

void ScriptedHub::setProcess(const ProcessStatus &process)
{
    bool known = false;
    for (ProcessStatus &each : m_processes) {
        if (each.name != process.name || each.instance != process.instance)
            continue;
        each = process;
        known = true;
    }
    if (!known)
        m_processes.append(process);
    broadcast(makeFrame(frames::state, {{keys::process, process.toJson()}}));
}

ProcessStatus ScriptedHub::process(const QString &name, int instance) const
{
    for (const ProcessStatus &each : m_processes)
        if (each.name == name && each.instance == instance)
            return each;
    return {};
}

void ScriptedHub::sendMetrics(const QString &name, QJsonObject fields, int instance)
{
    fields.insert(keys::process, name);
    fields.insert(keys::instance, instance);
    fields.insert(keys::at, wireTime(QDateTime::currentDateTimeUtc()));
    broadcast(makeFrame(frames::metrics, fields));
}

void ScriptedHub::sendEvent(
    const QString &type, const QString &name, QJsonObject fields, int instance)
{
    if (!fields.contains(keys::at))
        fields.insert(keys::at, wireTime(QDateTime::currentDateTimeUtc()));
    fields.insert(keys::id, m_events.size() + 1);
    fields.insert(keys::type, type);
    fields.insert(keys::process, name);
    fields.insert(keys::instance, instance);
    m_events.append(fields);
    broadcast(makeFrame(frames::event, {{keys::event, fields}}));
}

void ScriptedHub::sendLines(
    const QString &name, const QStringList &lines, int dropped, int instance)
{
    QJsonObject fields{{keys::process, name}, {keys::instance, instance},
        {keys::at, wireTime(QDateTime::currentDateTimeUtc())},
        {keys::lines, QJsonArray::fromStringList(lines)}};
    if (dropped > 0)
        fields.insert(keys::dropped, dropped);
    broadcast(makeFrame(frames::log, fields));
}

void ScriptedHub::sendSnapshot()
{
    for (const auto &[watcher, reader] : m_watchers)
        snapshotTo(watcher);
}

void ScriptedHub::sendRaw(const QByteArray &bytes)
{
    for (const auto &[watcher, reader] : m_watchers)
        watcher->write(bytes);
}

void ScriptedHub::accept()
{
    while (QLocalSocket *watcher = m_server.nextPendingConnection()) {
        m_watchers.emplace(watcher, FrameReader());
        connect(watcher, &QLocalSocket::readyRead, this, [this, watcher] { read(watcher); });
        connect(watcher, &QLocalSocket::disconnected, this, [this, watcher] {
            m_watchers.erase(watcher);
            watcher->deleteLater();
        });
        read(watcher);
    }
}

void ScriptedHub::read(QLocalSocket *watcher)
{
    const QByteArray bytes = watcher->readAll();
    const auto it = m_watchers.find(watcher);
    if (it == m_watchers.end())
        return; // gone meanwhile
    it->second.append(bytes);
    while (const auto item = it->second.next())
        if (const auto *frame = std::get_if<QJsonObject>(&*item))
            answer(watcher, *frame);
}

void ScriptedHub::answer(QLocalSocket *watcher, const QJsonObject &frame)
{
    const QJsonValue type = frame.value(keys::type);
    if (type == frames::command)
        m_commands.append(
            {frame.value(keys::action).toString(), frame.value(keys::process).toString()});
    if (m_frozen)
        return;
    if (type == frames::hello)
        watcher->write(encodeFrame(makeFrame(frames::welcome, {{keys::version, 1}})));
    if (type == frames::subscribe) {
        snapshotTo(watcher);
        if (m_obey && !m_commands.isEmpty())
            QMetaObject::invokeMethod(this, m_obey, Qt::QueuedConnection);
        for (const QJsonObject &event : m_events)
            if (frame.contains(keys::limit))
                watcher->write(encodeFrame(makeFrame(frames::event, {{keys::event, event}})));
    }
    if (type != frames::command)
        return;
    QJsonObject result{{keys::id, frame.value(keys::id)}};
    if (m_refusal.isEmpty())
        result.insert(keys::ok, true);
    else
        result.insert(
            keys::error, QJsonObject{{keys::code, m_refusalCode}, {keys::detail, m_refusal}});
    watcher->write(encodeFrame(makeFrame(frames::result, result)));
}

void ScriptedHub::snapshotTo(QLocalSocket *watcher)
{
    QJsonArray processes;
    for (const ProcessStatus &process : m_processes)
        processes.append(process.toJson());
    const QJsonObject service{{keys::name, u"http"_s}, {keys::type, u"http"_s},
        {keys::addresses, QJsonArray{u"127.0.0.1:18306"_s}}, {keys::connections, 2}};
    const QJsonObject server{{keys::node, u"orders-1"_s}, {keys::pid, 4711}, {keys::uptimeMs, 5000},
        {keys::services, QJsonArray{service}}};
    const QList<QJsonObject> parts = splitFrame(
        makeFrame(frames::snapshot, {{keys::server, server}}), keys::processes, processes);
    for (const QJsonObject &part : parts)
        watcher->write(encodeFrame(part));
}

void ScriptedHub::broadcast(const QJsonObject &frame)
{
    if (m_frozen)
        return;
    const QByteArray bytes = encodeFrame(frame);
    for (const auto &[watcher, reader] : m_watchers)
        watcher->write(bytes);
}

ProcessStatus runningProcess(const QString &name, int instance)
{
    static qint64 pid = 10'000;
    ProcessStatus process;
    process.name = name;
    process.instance = instance;
    process.service = u"http"_s;
    process.className = u"DemoProcess"_s;
    process.state = ProcessPhase::Running;
    process.ready = true;
    process.pid = ++pid;
    process.uptime = 3 * 24h + 61min;
    process.startedAt = QDateTime::currentDateTimeUtc().addMSecs(-process.uptime.count());
    process.cpuRatio = 0.05;
    process.memoryBytes = 48 * 1024 * 1024;
    process.title = name;
    return process;
}

} // namespace semper
