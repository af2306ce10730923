// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QProcess>
#include <QTimer>

#include <memory>

namespace semper {

/// Writes the stacks of a process to the log, by eu-stack or gdb, whichever is installed; 10 s and
/// 64 KiB at most. Never blocks.
class StackDump : public QObject
{
    Q_OBJECT
public:
    enum class Threads {
        All,
        First, ///< the others run on meanwhile; by eu-stack alone, for gdb stops all of them
    };

    /// Begins; finished() follows from the event loop, at once where there is no such program.
    /// \a pid may be this program's own, for its first thread.
    StackDump(const QString &name, qint64 pid, Threads threads, QObject *parent);
    ~StackDump() override;

Q_SIGNALS:
    void finished();

private:
    void end();

    QString m_name;
    std::unique_ptr<QProcess> m_debugger;
    QTimer m_limit;
    bool m_hasEnded = false;
};

} // namespace semper
