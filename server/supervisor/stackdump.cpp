// SPDX-License-Identifier: GPL-3.0-or-later
#include "supervisor/stackdump.h"

#include <QLoggingCategory>
#include <QStandardPaths>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace semper {

namespace {

Q_LOGGING_CATEGORY(log, "semper.server.stack")

constexpr auto limit = 10s;
constexpr qint64 maximumBytes = 64 * 1024;

QStringList debuggerFor(qint64 pid)
{
    const QString number = QString::number(pid);
    if (const QString program = QStandardPaths::findExecutable(u"eu-stack"_s); !program.isEmpty())
        return {program, u"--pid"_s, number};
    if (const QString program = QStandardPaths::findExecutable(u"gdb"_s); !program.isEmpty())
        return {program, u"--batch"_s, u"--nx"_s, u"--pid"_s, number, u"-ex"_s,
            u"thread apply all backtrace"_s};
    return {};
}

} // namespace

StackDump::StackDump(const QString &name, qint64 pid, QObject *parent)
    : QObject(parent)
    , m_name(name)
{
    connect(&m_debugger, &QProcess::finished, this, &StackDump::end);
    connect(&m_debugger, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            end();
    });
    connect(&m_limit, &QTimer::timeout, &m_debugger, &QProcess::kill);
    m_limit.setSingleShot(true);
    const QStringList words = debuggerFor(pid);
    if (words.isEmpty()) {
        qCInfo(log, "%s hangs; its stack could be shown if eu-stack or gdb were installed",
            qUtf8Printable(name));
        QMetaObject::invokeMethod(this, &StackDump::finished, Qt::QueuedConnection);
        return;
    }
    m_debugger.setProcessChannelMode(QProcess::MergedChannels);
    m_debugger.setStandardInputFile(QProcess::nullDevice());
    m_debugger.start(words.first(), words.sliced(1));
    m_limit.start(limit);
}

void StackDump::end()
{
    m_limit.stop();
    const QList<QByteArray> lines = m_debugger.read(maximumBytes).trimmed().split('\n');
    for (const QByteArray &line : lines)
        qCWarning(log, "%s: %s", qUtf8Printable(m_name), line.constData());
    Q_EMIT finished();
}

} // namespace semper
