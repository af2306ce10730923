// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/stackdump.h"

#include <QLoggingCategory>
#include <QStandardPaths>

#include <utility>

#include <sys/prctl.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(logStackDump, "semper.server.stack", QtInfoMsg)

constexpr auto limit = 10s;
constexpr qint64 maximumBytes = 64 * 1024;

QStringList debuggerFor(qint64 pid, StackDump::Threads threads)
{
    const QString number = QString::number(pid);
    const bool isOne = threads == StackDump::Threads::First;
    if (const QString program = QStandardPaths::findExecutable(u"eu-stack"_s); !program.isEmpty())
        return QStringList{program, u"--pid"_s, number}
        + (isOne ? QStringList{u"-1"_s} : QStringList());
    if (isOne)
        return {};
    if (const QString program = QStandardPaths::findExecutable(u"gdb"_s); !program.isEmpty())
        return {program, u"--batch"_s, u"--nx"_s, u"-iex"_s, u"set auto-load no"_s, u"--pid"_s,
            number, u"-ex"_s, u"thread apply all backtrace"_s};
    return {};
}

} // namespace

// A debugger that still runs ends by itself; to wait for it here would block the event loop.
StackDump::~StackDump()
{
    m_debugger->disconnect(this);
    if (m_debugger->state() == QProcess::NotRunning)
        return;
    m_debugger->kill();
    connect(m_debugger.get(), &QProcess::finished, m_debugger.get(), &QObject::deleteLater);
    static_cast<void>(m_debugger.release());
}

StackDump::StackDump(const QString &name, qint64 pid, Threads threads, QObject *parent)
    : QObject(parent)
    , m_name(name)
    , m_debugger(std::make_unique<QProcess>())
{
    connect(m_debugger.get(), &QProcess::finished, this, &StackDump::end);
    connect(m_debugger.get(), &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            end();
    });
    connect(&m_limit, &QTimer::timeout, m_debugger.get(), &QProcess::kill);
    m_limit.setSingleShot(true);
    const QStringList words = debuggerFor(pid, threads);
    if (words.isEmpty()) {
        qCInfo(logStackDump, "%s hangs; its stack could be shown if %s were installed",
            qUtf8Printable(name), threads == Threads::First ? "eu-stack" : "eu-stack or gdb");
        QMetaObject::invokeMethod(this, &StackDump::finished, Qt::QueuedConnection);
        return;
    }
    m_debugger->setProcessChannelMode(QProcess::MergedChannels);
    m_debugger->setStandardInputFile(QProcess::nullDevice());
    m_debugger->start(words.first(), words.sliced(1));
    if (pid == ::getpid()) // who else may not look at whom it descends from
        ::prctl(PR_SET_PTRACER, m_debugger->processId(), 0, 0, 0);
    m_limit.start(limit);
}

void StackDump::end()
{
    if (std::exchange(m_hasEnded, true))
        return;
    m_limit.stop();
    const QList<QByteArray> lines = m_debugger->read(maximumBytes).trimmed().split('\n');
    for (const QByteArray &line : lines)
        qCWarning(logStackDump, "%s: %s", qUtf8Printable(m_name), line.constData());
    // Never from inside the constructor, where nobody listens yet.
    QMetaObject::invokeMethod(this, &StackDump::finished, Qt::QueuedConnection);
}

} // namespace semper
