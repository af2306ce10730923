// SPDX-License-Identifier: GPL-3.0-or-later
#include "chaos/yard.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <algorithm>
#include <csignal>
#include <utility>

using namespace Qt::StringLiterals;

namespace semper::chaos {

namespace {

constexpr int patienceMs = 60'000;

const QJsonObject quickRestart{{u"backoff_ms"_s, 20}, {u"backoff_max_ms"_s, 200}};

QJsonObject command(const QStringList &words)
{
    return {{u"command"_s, QJsonArray::fromStringList(words)}, {u"restart"_s, quickRestart},
        {u"stop"_s, QJsonObject{{u"timeout_ms"_s, 1000}}}};
}

QJsonObject daemon()
{
    QJsonObject daemon = command({test::helperProgram(u"mischief"_s), u"beats"_s});
    daemon.insert(u"ready"_s, QJsonObject{{u"mode"_s, u"notify"_s}, {u"timeout_ms"_s, 20'000}});
    daemon.insert(u"watchdog_ms"_s, 2000);
    return daemon;
}

QJsonObject host()
{
    return {
        {u"class"_s, u"test::Echo"_s}, {u"restart"_s, quickRestart}, {u"watchdog_ms"_s, 10'000}};
}

/// Two fifths families, a fifth daemons, a fifth hosts, a tenth each of the two that fail.
QJsonObject population(int count)
{
    QJsonObject processes;
    for (int i = 0; i < count; ++i) {
        const QString number = u"-%1"_s.arg(i, 3, 10, QChar(u'0'));
        switch (i % 10) {
        case 4:
        case 5:
            processes.insert(u"daemon"_s + number, daemon());
            break;
        case 6:
        case 7:
            processes.insert(u"host"_s + number, host());
            break;
        case 8:
            processes.insert(u"broken"_s + number, command({u"./never-there"_s}));
            break;
        case 9:
            processes.insert(u"brief"_s + number,
                command({test::helperProgram(u"exit-with"_s), u"3"_s, u"300"_s}));
            break;
        default:
            processes.insert(u"family"_s + number, command({u"./family"_s}));
        }
    }
    return processes;
}

QJsonObject top()
{
    return {{u"plugin_directories"_s,
        QJsonArray{qEnvironmentVariable("SEMPER_TEST_BUILD") + u"/tests/plugins"_s}}};
}

} // namespace

Yard::Yard(int count)
    : m_processes(population(count))
    , m_server(m_processes, top())
{
    m_server.leaveTerminal();
}

bool Yard::start()
{
    setProgramThere(true);
    m_ledger.beginLife();
    m_stopped.clear();
    if (!m_server.start())
        return false;
    connectWatcher();
    return true;
}

void Yard::connectWatcher()
{
    m_watcher = std::make_unique<test::HubPeer>(m_server.socketPath());
    m_watcher->watch({u"events"_s}, {{u"after"_s, m_ledger.lastId()}});
}

void Yard::hear()
{
    for (const QJsonObject &frame : m_watcher->framesOf(u"event"))
        m_ledger.take(frame[u"event"_s].toObject());
    m_watcher->forget();
}

void Yard::listen(int milliseconds)
{
    QTest::qWait(milliseconds);
    hear();
}

QStringList Yard::names(QStringView kind) const
{
    QStringList names = m_processes.keys();
    names.removeIf([kind](const QString &name) { return !name.startsWith(kind); });
    return names;
}

QJsonArray Yard::processes()
{
    return m_server.get(u"/api/v1/processes"_s).toArray();
}

void Yard::command(const QString &action, const QString &process)
{
    m_ledger.noteWish(process);
    if (action == u"stop")
        m_stopped.insert(process);
    m_watcher->send({{u"type"_s, u"command"_s}, {u"id"_s, ++m_commands}, {u"action"_s, action},
        {u"process"_s, process}});
}

void Yard::setProgramThere(bool there)
{
    const QString path = m_server.folder() + u"/family"_s;
    QFile::remove(path);
    if (there)
        QFile::link(test::helperProgram(u"mischief"_s), path);
}

void Yard::changeConfiguration(std::mt19937 &random)
{
    for (auto it = m_takenOut.constBegin(); it != m_takenOut.constEnd(); ++it)
        m_processes.insert(it.key(), it.value());
    m_takenOut = {};
    const QStringList all = m_processes.keys();
    for (const QString &name : all) {
        const auto fate = random() % 20;
        if (fate == 0) {
            m_takenOut.insert(name, m_processes.take(name));
        } else if (fate == 1) {
            QJsonObject changed = m_processes[name].toObject();
            changed.insert(u"environment"_s, QJsonObject{{u"CHAOS"_s, QString::number(random())}});
            m_processes.insert(name, changed);
        } else {
            continue;
        }
        m_ledger.noteWish(name);
    }
    reload();
}

void Yard::breakConfiguration()
{
    QJsonObject broken;
    for (auto it = m_processes.constBegin(); it != m_processes.constEnd(); ++it) {
        QJsonObject changed = it->toObject();
        changed.insert(u"environment"_s, QJsonObject{{u"CHAOS"_s, u"never"_s}});
        broken.insert(it.key(), changed);
    }
    broken.erase(broken.begin());
    broken.insert(u"wrong"_s, QJsonObject{{u"comand"_s, QJsonArray{u"true"_s}}});
    const int before = m_ledger.refusals();
    m_server.configure(broken, top());
    ::kill(pid_t(m_server.serverPid()), SIGHUP);
    const auto isRefused = [this, before] {
        hear();
        return m_ledger.refusals() > before;
    };
    if (!QTest::qWaitFor(isRefused, patienceMs))
        m_ledger.noteWrong(u"a configuration with an error was not refused"_s);
    reload(); // what an earlier change was to do may have met the error
}

void Yard::reload()
{
    m_server.configure(m_processes, top());
    ::kill(pid_t(m_server.serverPid()), SIGHUP);
}

QStringList Yard::settle()
{
    setProgramThere(true);
    // A wish makes the restarts of a process uncountable: so for no other than what was stopped.
    for (const QString &name : std::exchange(m_stopped, {}))
        command(u"start"_s, name);
    QStringList down;
    const bool settled = QTest::qWaitFor(
        [this, &down] {
            hear();
            down.clear();
            const QJsonArray list = processes();
            for (const auto &process : list) {
                const QString name = process[u"name"_s].toString();
                const QString state = process[u"state"_s].toString();
                if (state == u"failed")
                    command(u"start"_s, name);
                const bool comesAndGoes = name.startsWith(u"broken") || name.startsWith(u"brief");
                if (state != u"running" && !(comesAndGoes && state != u"stopped"))
                    down.append(
                        u"%1 is %2: %3"_s.arg(name, state, process[u"reason"_s].toString()));
            }
            if (list.size() != m_processes.size())
                down.append(u"%1 processes are there, %2 are configured"_s.arg(list.size())
                                .arg(m_processes.size()));
            return down.isEmpty();
        },
        patienceMs);
    return settled ? QStringList() : down;
}

} // namespace semper::chaos
