// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/supervisor.h"

#include "journal/journal.h"
#include "protocol/frame.h"
#include "protocol/keys.h"
#include "supervisor/recordfields.h"

#include <QLoggingCategory>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(log, "semper.server.supervisor")

constexpr auto samplingInterval = 1000ms;
// A flood must not push everything else out of the journal.
constexpr auto droppedInterval = 10'000ms;
// After the shutdown's limit everything is killed; what even that cannot end is left behind.
constexpr auto graceAfterKill = 2000ms;

Happening happeningOf(CommandAction action)
{
    switch (action) {
    case CommandAction::Start:
        return happening::Start{};
    case CommandAction::Stop:
        return happening::Stop{};
    case CommandAction::Restart:
        return happening::Restart{};
    case CommandAction::Reset:
        return happening::Reset{};
    }
    Q_UNREACHABLE();
}

bool isDown(const SupervisedProcess &process)
{
    switch (process.state().phase) {
    case ProcessPhase::Stopped:
    case ProcessPhase::Failed:
    case ProcessPhase::Done:
        return !process.state().clearing;
    case ProcessPhase::Waiting:
    case ProcessPhase::Starting:
    case ProcessPhase::Running:
    case ProcessPhase::Backoff:
    case ProcessPhase::Stopping:
        return false;
    }
    Q_UNREACHABLE();
}

} // namespace

Supervisor::Supervisor(std::unique_ptr<Launcher> launcher, Journal &journal, QObject *parent)
    : QObject(parent)
    , m_journal(journal)
    , m_launcher(std::move(launcher))
    , m_orphans([this](pid_t pid) { return m_launcher->owns(pid); })
    , m_edges{.launcher = *m_launcher, .output = m_output, .orphans = m_orphans, .surroundings = {}}
{
    m_sampler.setInterval(samplingInterval);
    connect(&m_sampler, &QTimer::timeout, this, [this] {
        for (const auto &[key, process] : m_processes) {
            process->sample();
            if (process->pid() > 0)
                Q_EMIT metricsChanged(process.get());
        }
    });
    m_shutdownLimit.setSingleShot(true);
    connect(&m_output, &OutputCollector::batchReady, this, &Supervisor::countDropped);
    m_tellDropped.setSingleShot(true);
    m_tellDropped.setInterval(droppedInterval);
    connect(&m_tellDropped, &QTimer::timeout, this, &Supervisor::recordDropped);
}

Supervisor::~Supervisor() = default;

void Supervisor::setSurroundings(LaunchSurroundings surroundings)
{
    m_edges.surroundings = std::move(surroundings);
}

void Supervisor::setServerDescription(std::function<QJsonObject()> describe)
{
    m_describe = std::move(describe);
}

void Supervisor::add(const QString &service, const QString &name, const ProcessSpec &spec)
{
    auto process = std::make_unique<SupervisedProcess>(name, 0, service, spec, m_edges);
    SupervisedProcess *it = process.get();
    connect(it, &SupervisedProcess::changed, this, [this, it] {
        Q_EMIT processChanged(it);
        tellWhenStopped();
    });
    connect(it, &SupervisedProcess::recorded, this, &Supervisor::record);
    connect(
        it, &SupervisedProcess::metricsReceived, this, [this, it] { Q_EMIT metricsChanged(it); });
    connect(it, &SupervisedProcess::ending, this, [this, it] { Q_EMIT launchEnding(it); });
    connect(it, &SupervisedProcess::stopRequested, this,
        [this, it](std::chrono::milliseconds limit) { Q_EMIT stopRequested(it, limit); });
    m_processes.insert_or_assign({name, 0}, std::move(process));
}

void Supervisor::start()
{
    for (const auto &[key, process] : m_processes)
        if (process->spec().enabled)
            process->handle(happening::Start{});
}

void Supervisor::shutDown(std::chrono::milliseconds limit)
{
    m_shuttingDown = true;
    for (const auto &[key, process] : m_processes)
        process->handle(happening::Stop{});
    connect(&m_shutdownLimit, &QTimer::timeout, this, &Supervisor::killAll);
    m_shutdownLimit.start(limit);
    tellWhenStopped();
}

void Supervisor::killAll()
{
    for (const auto &[key, process] : m_processes)
        process->handle(happening::Kill{});
    if (m_stoppedTold)
        return;
    m_shutdownLimit.disconnect(this);
    connect(&m_shutdownLimit, &QTimer::timeout, this, [this] {
        for (const auto &[key, process] : m_processes)
            if (!isDown(*process))
                qCWarning(log, "%s (pid %lld) cannot be killed; it is left behind",
                    qUtf8Printable(process->name()), process->pid());
        m_stoppedTold = true;
        Q_EMIT stopped();
    });
    m_shutdownLimit.start(graceAfterKill);
}

void Supervisor::tellWhenStopped()
{
    if (!m_shuttingDown || m_stoppedTold
        || !std::ranges::all_of(
            m_processes, [](const auto &entry) { return isDown(*entry.second); }))
        return;
    m_stoppedTold = true;
    m_shutdownLimit.stop();
    QMetaObject::invokeMethod(this, &Supervisor::stopped, Qt::QueuedConnection);
}

SupervisedProcess *Supervisor::find(const QString &name, int instance) const
{
    const auto it = m_processes.find({name, instance});
    return it == m_processes.end() ? nullptr : it->second.get();
}

QList<SupervisedProcess *> Supervisor::all() const
{
    QList<SupervisedProcess *> list;
    for (const auto &[key, process] : m_processes)
        list.append(process.get());
    return list;
}

void Supervisor::setSampling(bool on)
{
    if (on && !m_sampler.isActive())
        m_sampler.start();
    else if (!on)
        m_sampler.stop();
}

QList<ProcessStatus> Supervisor::processes() const
{
    QList<ProcessStatus> list;
    for (const auto &[key, process] : m_processes) {
        process->sample();
        list.append(process->status());
    }
    return list;
}

bool Supervisor::allReady() const
{
    return !m_shuttingDown && std::ranges::all_of(m_processes, [](const auto &entry) {
        return !entry.second->spec().enabled || entry.second->state().ready;
    });
}

QJsonObject Supervisor::serverObject() const
{
    return m_describe ? m_describe() : QJsonObject();
}

std::variant<QList<SupervisedProcess *>, CommandError> Supervisor::select(
    const QString &selector) const
{
    const qsizetype colon = selector.lastIndexOf(u':');
    const QString name = selector.left(colon < 0 ? selector.size() : colon);
    bool isNumber = true;
    const int instance = colon < 0 ? -1 : selector.mid(colon + 1).toInt(&isNumber);
    if (!isNumber || (colon >= 0 && instance < 0))
        return CommandError{.code = u"bad_selector"_s,
            .detail = u"\"%1\" is neither NAME nor NAME:INSTANCE"_s.arg(selector)};
    QList<SupervisedProcess *> found;
    for (const auto &[key, process] : m_processes)
        if (key.first == name && (colon < 0 || key.second == instance))
            found.append(process.get());
    if (found.isEmpty())
        return CommandError{
            .code = u"unknown_process"_s, .detail = u"no process \"%1\""_s.arg(selector)};
    return found;
}

CommandResult Supervisor::command(CommandAction action, const QString &selector, const QString &by)
{
    const auto selected = select(selector);
    if (const auto *error = std::get_if<CommandError>(&selected))
        return *error;
    if (m_shuttingDown)
        return CommandError{.code = u"shutting_down"_s, .detail = u"the server is stopping"_s};
    const auto &targets = std::get<QList<SupervisedProcess *>>(selected);
    qint64 id = 0;
    for (SupervisedProcess *process : targets) {
        id = m_journal.record(QLatin1StringView("command"),
            {{keys::process, process->name()}, {keys::instance, process->instance()},
                {keys::action, actionName(action)}, {keys::by, by}});
        process->handle(happeningOf(action));
    }
    return id;
}

void Supervisor::countDropped(const OutputBatch &batch)
{
    if (batch.dropped == 0)
        return;
    m_dropped[{batch.process, batch.instance}] += batch.dropped;
    if (!m_tellDropped.isActive())
        m_tellDropped.start();
}

void Supervisor::recordDropped()
{
    for (auto it = m_dropped.cbegin(); it != m_dropped.cend(); ++it)
        m_journal.record(QLatin1StringView("output_dropped"),
            {{keys::process, it.key().first}, {keys::instance, it.key().second},
                {keys::dropped, it.value()}});
    m_dropped.clear();
}

void Supervisor::record(RecordType type, const ProcessStatus &status)
{
    const RecordFields fields = recordFields(type, status);
    m_journal.record(fields.type, fields.fields);
    qCInfo(log, "%s: %s", qUtf8Printable(status.name), qUtf8Printable(fields.text));
}

} // namespace semper
