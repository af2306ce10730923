// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>

class QSocketNotifier;

namespace semper {

/// Brings SIGTERM, SIGINT, SIGHUP and SIGCHLD from their handler into the event loop, through a
/// pipe. Handlers, unlike a blocked mask with signalfd, are not inherited by what the server, or
/// a program that embeds it, executes.
class UnixSignals : public QObject
{
    Q_OBJECT
public:
    /// Installs the handlers; signals wait from here on until an object reads them. Once per
    /// process; may be called before QCoreApplication exists.
    static void install();

    explicit UnixSignals(QObject *parent = nullptr);
    ~UnixSignals() override;

Q_SIGNALS:
    /// SIGTERM or SIGINT. \a again: not the first from this sender. The guardian and everybody
    /// else count apart, for whoever signals a whole group reaches the server twice.
    void terminateRequested(bool again);
    void hangUp(); ///< SIGHUP
    void childEnded(); ///< SIGCHLD; several may come as one

private:
    void read();
    void terminate(int sender);

    QSocketNotifier *m_notifier;
    QElapsedTimer m_lastTermination[2]; ///< by others, by the guardian
};

} // namespace semper
